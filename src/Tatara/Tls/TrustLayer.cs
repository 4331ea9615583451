using System.Security.Cryptography;
using System.Text;
using Tatara.Configuration;
using Tatara.Setup;

namespace Tatara.Tls;

/// <summary>
/// A layer for containers with the certificate authorities that this machine trusts and the platform's own, so that apps and
/// buildpacks reach what the machine reaches: a company's registry, another app.
/// </summary>
/// <param name="link">Leads to the newest layer; containers keep the one they were started with.</param>
/// <param name="owner">User id of the containers' root.</param>
internal sealed class TrustLayer(string link, int owner)
{
    private const string MachinesOwn = "/usr/local/share/ca-certificates";
    private const string Bundle = "/etc/ssl/certs/ca-certificates.crt";

    /// <summary>Makes it when the authorities changed since the last time.</summary>
    /// <exception cref="SetupException">The machine's tool for it is not there, or failed.</exception>
    public async Task EnsureAsync(IReadOnlyDictionary<string, string> platforms, CancellationToken cancellationToken)
    {
        var authorities = Directory.Exists(MachinesOwn)
            ? Directory.GetFiles(MachinesOwn, "*.crt", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(MachinesOwn, f).Replace('/', '-'))
            : [];
        foreach (var (name, file) in platforms) authorities[name] = file;
        var layer = $"{link}-{Fingerprint(authorities)}";
        if (new DirectoryInfo(link).LinkTarget == layer && Directory.Exists(layer)) return;

        var temporary = layer + ".tmp";
        if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        if (Directory.Exists(layer)) Directory.Delete(layer, recursive: true);
        var certificates = Directory.CreateDirectory(temporary + "/etc/ssl/certs").FullName;
        var own = Directory.CreateDirectory(temporary + MachinesOwn).FullName;
        foreach (var (name, file) in authorities) File.Copy(file, Path.Combine(own, name));
        await Tool.RunAsync("update-ca-certificates", ["--etccertsdir", certificates, "--localcertsdir", own, "--hooksdir", "/nonexistent"], cancellationToken: cancellationToken);
        foreach (var entry in new DirectoryInfo(certificates).GetFiles())
        {
            // Links into the layer have to lead there from within a container.
            if (entry.LinkTarget is not { } target || !target.StartsWith(temporary, StringComparison.Ordinal)) continue;
            entry.Delete();
            File.CreateSymbolicLink(entry.FullName, target[temporary.Length..]);
        }
        await Tool.RunAsync("chown", ["--recursive", "--no-dereference", $"{owner}:{owner}", temporary], cancellationToken: cancellationToken);
        Directory.Move(temporary, layer);
        await Tool.RunAsync("ln", ["--symbolic", "--force", "--no-dereference", layer, link], cancellationToken: cancellationToken);
    }

    private static string Fingerprint(IReadOnlyDictionary<string, string> authorities)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (File.Exists(Bundle)) hash.AppendData(File.ReadAllBytes(Bundle));
        foreach (var (name, file) in authorities.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name + "\n"));
            hash.AppendData(File.ReadAllBytes(file));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
