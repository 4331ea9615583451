using Tatara.Configuration;
using Tatara.Tls;

namespace Tatara.Setup;

/// <summary>Adds the platform's CA to those this machine trusts. The CA is constrained to the platform's domain.</summary>
internal static class TrustedAuthority
{
    private const string Directory = "/usr/local/share/ca-certificates";

    public static async Task<string> AddAsync(PlatformOptions options, CancellationToken cancellationToken)
    {
        var authority = new CertificateAuthority(options.TlsDirectory, options.Domain, TimeProvider.System).AuthorityFile;
        var target = FileFor(options);
        var text = await File.ReadAllTextAsync(authority, cancellationToken);
        if (File.Exists(target) && await File.ReadAllTextAsync(target, cancellationToken) == text) return "already there";
        System.IO.Directory.CreateDirectory(Directory);
        AtomicFile.Write(target, text, secret: false);
        await Tool.RunAsync("update-ca-certificates", [], cancellationToken: cancellationToken);
        return $"added, for *.{options.Domain} only";
    }

    public static async Task RemoveAsync(PlatformOptions options, CancellationToken cancellationToken)
    {
        if (!File.Exists(FileFor(options))) return;
        File.Delete(FileFor(options));
        await Tool.RunAsync("update-ca-certificates", ["--fresh"], cancellationToken: cancellationToken);
    }

    private static string FileFor(PlatformOptions options) => Path.Combine(Directory, $"tatara-{options.Domain}.crt");
}
