using System.Security.Cryptography.X509Certificates;

namespace Tatara.Peers;

/// <summary>What a certificate says of a part of the platform: its role, and the host that it runs on.</summary>
public sealed record PeerName(string Host, string Role)
{
    /// <summary>No name of the internet ends so.</summary>
    public const string Suffix = ".tatara.internal";

    /// <summary>The name of one part alone.</summary>
    public string Unique => $"{Host}.{Role}{Suffix}";

    /// <summary>The name that all parts of a role share: who dials any of them expects it.</summary>
    public static string OfRole(string role) => role + Suffix;

    /// <summary>The name in a certificate of the platform's authority; null when it has none.</summary>
    public static PeerName? Of(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames());
        foreach (var name in names)
        {
            if (!name.EndsWith(Suffix, StringComparison.Ordinal)) continue;
            if (name[..^Suffix.Length].Split('.') is [var host, var role]) return new PeerName(host, role);
        }
        return null;
    }
}
