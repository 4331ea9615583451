using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tatara.Configuration;

namespace Tatara.Tls;

/// <summary>The folder of certificates that an operator gave: NAME.pem each, with chain and key, readable by the platform alone.</summary>
internal sealed class OperatorCertificates(string folder)
{
    private const int MaxNameLength = 100;

    /// <summary>Checks the files before a router reads them.</summary>
    /// <param name="name">Null: the certificate's first name.</param>
    /// <exception cref="SetupException">They cannot be used; says why.</exception>
    public OperatorCertificate Add(string certificateFile, string keyFile, string? name)
    {
        var (certificate, text) = Read(certificateFile, keyFile);
        using (certificate)
        {
            var names = NamesOf(certificate);
            if (names.Count == 0) throw new SetupException($"{certificateFile} is for no host name.", "Servers need a certificate with a subject alternative name (DNS).");
            if (certificate.NotAfter <= DateTime.Now) throw new SetupException($"{certificateFile} ended on {certificate.NotAfter:yyyy-MM-dd}.", "Get a new one.");
            var chosen = name ?? names[0].Replace("*", "_", StringComparison.Ordinal);
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            AtomicFile.Write(PathOf(chosen), text, secret: true);
            return new OperatorCertificate(chosen, names, certificate.NotAfter);
        }
    }

    public IEnumerable<OperatorCertificate> List()
    {
        if (!Directory.Exists(folder)) yield break;
        foreach (var file in Directory.EnumerateFiles(folder, "*.pem").Order(StringComparer.Ordinal))
        {
            var (certificate, _) = Read(file, file);
            using (certificate) yield return new OperatorCertificate(Path.GetFileNameWithoutExtension(file), NamesOf(certificate), certificate.NotAfter);
        }
    }

    /// <exception cref="SetupException">There is none of that name.</exception>
    public void Remove(string name)
    {
        var path = PathOf(name);
        if (!File.Exists(path)) throw new SetupException($"There is no certificate '{name}'.", "`tatara certificate list` shows those that are there.");
        File.Delete(path);
    }

    private string PathOf(string name) =>
        name.Length is > 0 and <= MaxNameLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && name[0] != '.'
            ? Path.Combine(folder, name + ".pem")
            : throw new SetupException($"'{name}' cannot name a certificate.", "Use letters, digits, dots, dashes and underscores.");

    private static (X509Certificate2 Certificate, string Text) Read(string certificateFile, string keyFile)
    {
        try
        {
            var (chain, key) = (File.ReadAllText(certificateFile), File.ReadAllText(keyFile));
            return (X509Certificate2.CreateFromPem(chain, key), certificateFile == keyFile ? chain : $"{chain.Trim()}\n{key.Trim()}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new SetupException($"{certificateFile} with the key {keyFile} cannot be used: {e.Message}", "Both must be PEM; an encrypted key has to be decrypted first (openssl pkey).", e);
        }
    }

    private static List<string> NamesOf(X509Certificate2 certificate) =>
        [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames())];
}

/// <summary>What is known of a certificate without its key.</summary>
internal sealed record OperatorCertificate(string Name, IReadOnlyList<string> HostNames, DateTime NotAfter);
