using System.Net.Security;
using Microsoft.Extensions.Logging;

namespace Tatara.Router.Tls;

/// <summary>
/// The certificates of the router's names. A client gets the one for the name it asks for. Handshakes read an immutable
/// table; <see cref="Refresh()"/> swaps it when files changed, and connections that are open notice nothing.
/// </summary>
internal sealed partial class CertificateStore
{
    private readonly TimeProvider _time;
    private readonly ILogger<CertificateStore> _logger;
    private readonly Func<CertificateFiles, TlsCertificate> _load;
    private readonly List<(CertificateFiles Files, FileStamp Stamp, TlsCertificate Certificate)> _given = [];
    private readonly List<CertificateFolder> _folders;
    private readonly Lock _refreshing = new();
    private volatile CertificateTable _table;
    private volatile CertificateTable _ofFolders;

    /// <exception cref="ArgumentException">One of <see cref="RouterOptions.Certificates"/> cannot be used; says which.</exception>
    public CertificateStore(RouterOptions options, TimeProvider time, ILogger<CertificateStore> logger)
    {
        (_time, _logger) = (time, logger);
        var configure = options.ClientCertificates?.Prepare() ?? (_ => { });
        _load = files => TlsCertificate.Load(files, Protocols, configure);
        foreach (var files in options.Certificates) _given.Add((files, FileStamp.Of(files), _load(files)));
        if (_given.Count == 0) throw new ArgumentException("HTTPS needs a certificate.", nameof(options));
        _folders = [.. new[] { options.CertificateFolder, options.Acme?.Folder }.OfType<string>().Select(f => new CertificateFolder(f, _load, logger))];
        foreach (var folder in _folders) folder.Refresh();
        (_table, _ofFolders) = BuildTables();
    }

    /// <summary>What the router speaks over TLS, best first.</summary>
    public static IReadOnlyList<SslApplicationProtocol> Protocols { get; } = [SslApplicationProtocol.Http11];

    /// <summary>How to greet a client that asks for a name: the certificate of that name, the wildcard above it, or the first of all.</summary>
    public SslServerAuthenticationOptions Find(string? name) => (_table.Find(name) ?? _table.Fallback).Options;

    /// <summary>A certificate for a name that an operator gave or an authority issued, not the platform itself.</summary>
    public TlsCertificate? FindIssued(string name) => _ofFolders.Find(name);

    /// <summary>Looks at all files again; one that is broken leaves the certificate as it was.</summary>
    public void Refresh()
    {
        lock (_refreshing)
        {
            var changed = false;
            for (var i = 0; i < _given.Count; i++) changed |= Refresh(i);
            foreach (var folder in _folders) changed |= folder.Refresh();
            if (changed) (_table, _ofFolders) = BuildTables();
        }
    }

    private bool Refresh(int i)
    {
        var (files, stamp, certificate) = _given[i];
        var now = FileStamp.Of(files);
        if (now == stamp) return false;
        try
        {
            certificate = _load(files);
            Log.Reloaded(_logger, files.CertificateFile);
        }
        catch (ArgumentException e)
        {
            Log.KeptOld(_logger, e.Message);
        }
        _given[i] = (files, now, certificate);
        return true;
    }

    /// <summary>What an operator put into the folder goes before what was ordered, and both before what the platform made itself.</summary>
    private (CertificateTable All, CertificateTable OfFolders) BuildTables()
    {
        var (fallback, now) = (_given[0].Certificate, _time.GetUtcNow());
        var folders = _folders.ConvertAll(f => f.Certificates);
        return (new CertificateTable([.. folders, [.. _given.Select(g => g.Certificate)]], fallback, now), new CertificateTable(folders, fallback, now));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Certificate {File} was read again.")]
        public static partial void Reloaded(ILogger logger, string file);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Problem} The one that was read before stays in use; mend the file, and it is read again.")]
        public static partial void KeptOld(ILogger logger, string problem);
    }
}
