using Microsoft.Extensions.Logging;

namespace Tatara.Router.Tls;

/// <summary>A folder of certificates: NAME.crt (PEM, with its chain) beside NAME.key, or NAME.pem with all of them. What is broken keeps its last good state.</summary>
internal sealed partial class CertificateFolder(string path, Func<CertificateFiles, TlsCertificate> load, ILogger logger)
{
    /// <summary>Far more than one router serves; each costs some KB and a look at its files every few seconds.</summary>
    private const int MaxCertificates = 10_000;

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public IReadOnlyList<TlsCertificate> Certificates => [.. _entries.Values.Select(e => e.Certificate).OfType<TlsCertificate>()];

    /// <summary>Looks at the files again. True when a certificate came, went or changed.</summary>
    public bool Refresh()
    {
        var files = Files();
        var changed = false;
        foreach (var gone in _entries.Keys.Except(files).ToList())
        {
            changed |= _entries[gone].Certificate is not null;
            _entries.Remove(gone);
            Log.Removed(logger, gone);
        }
        foreach (var file in files) changed |= Refresh(file);
        return changed;
    }

    private List<string> Files()
    {
        try
        {
            return [.. Directory.EnumerateFiles(path).Where(f => Path.GetExtension(f) is ".crt" or ".pem").Take(MaxCertificates)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Unreadable(logger, path, e.Message);
            return [.. _entries.Keys];
        }
    }

    private bool Refresh(string file)
    {
        var files = new CertificateFiles(file, Path.GetExtension(file) == ".pem" ? file : Path.ChangeExtension(file, ".key"));
        var stamp = FileStamp.Of(files);
        if (_entries.TryGetValue(file, out var known) && known.Stamp == stamp) return false;
        try
        {
            _entries[file] = new Entry(stamp, load(files));
            Log.Loaded(logger, file);
            return true;
        }
        catch (ArgumentException e)
        {
            _entries[file] = new Entry(stamp, known?.Certificate);
            if (known?.Certificate is null) Log.Broken(logger, e.Message);
            else Log.KeptOld(logger, e.Message);
            return false;
        }
    }

    private sealed record Entry(FileStamp Stamp, TlsCertificate? Certificate);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Certificate {File} is in use.")]
        public static partial void Loaded(ILogger logger, string file);

        [LoggerMessage(Level = LogLevel.Information, Message = "Certificate {File} is gone.")]
        public static partial void Removed(ILogger logger, string file);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Problem} It is left out; mend the file, and it is read again.")]
        public static partial void Broken(ILogger logger, string problem);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Problem} The one that was read before stays in use; mend the file, and it is read again.")]
        public static partial void KeptOld(ILogger logger, string problem);

        [LoggerMessage(Level = LogLevel.Error, Message = "The certificates in {Folder} cannot be listed: {Reason}")]
        public static partial void Unreadable(ILogger logger, string folder, string reason);
    }
}

/// <summary>Tells whether the files of a certificate changed.</summary>
internal readonly record struct FileStamp(DateTime Certificate, long CertificateLength, DateTime Key, long KeyLength)
{
    public static FileStamp Of(CertificateFiles files)
    {
        var (certificate, key) = (new FileInfo(files.CertificateFile), new FileInfo(files.KeyFile));
        return new FileStamp(certificate.LastWriteTimeUtc, certificate.Exists ? certificate.Length : -1, key.LastWriteTimeUtc, key.Exists ? key.Length : -1);
    }
}
