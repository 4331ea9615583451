namespace Tatara.Router.Acme;

/// <summary>Certificates ordered from an authority by ACME (RFC 8555), such as Let's Encrypt. Switching it on accepts the authority's terms of service.</summary>
/// <param name="Directory">Address of the authority's directory.</param>
/// <param name="Folder">Where the account's key and the certificates are kept. Several routers must not order into one folder.</param>
/// <param name="Names">Which names of routes get a certificate: "shop.example.com", "*.example.com" for every name below. Authorities bound how many they give a week: "*" is for platforms whose users are known.</param>
public sealed record AcmeOptions(Uri Directory, string Folder, IReadOnlyList<string> Names)
{
    /// <summary>Mail address that the authority may write to; null: none.</summary>
    public string? Contact { get; init; }

    /// <summary>PEM: what the authority's own address is trusted by, when that is not known to the machine.</summary>
    public string? AuthoritiesFile { get; init; }

    /// <summary>Most certificates that are kept: users make routes, and an authority's patience ends.</summary>
    public int MaxCertificates { get; init; } = 200;

    /// <summary>How long before its end a certificate is ordered anew; null: a third of its life, as authorities advise.</summary>
    public TimeSpan? RenewBefore { get; init; }

    /// <summary>How often it is looked for names without a certificate.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause after a first failure for a name; it doubles with each, up to a day. Let's Encrypt allows five an hour.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMinutes(15);
}
