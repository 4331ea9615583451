namespace Tatara.Router.Tls;

/// <summary>Which certificate a name gets. Immutable.</summary>
internal sealed class CertificateTable
{
    private readonly Dictionary<string, TlsCertificate> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="certificates">Those of an earlier source go first, whatever a later one says.</param>
    /// <param name="fallback">For clients that name nothing, or something unknown.</param>
    public CertificateTable(IEnumerable<IReadOnlyList<TlsCertificate>> certificates, TlsCertificate fallback, DateTimeOffset now)
    {
        Fallback = fallback;
        foreach (var source in certificates)
        {
            // Of two for one name: one that is valid, then the one that lasts longer.
            foreach (var certificate in source.OrderByDescending(c => c.NotAfter > now).ThenByDescending(c => c.NotAfter))
                foreach (var name in certificate.Names)
                    if (!_byName.TryGetValue(name, out var other) || (other.NotAfter <= now && certificate.NotAfter > now)) _byName[name] = certificate;
        }
    }

    public TlsCertificate Fallback { get; }

    /// <summary>The exact name, else the wildcard above it, else null.</summary>
    public TlsCertificate? Find(string? name)
    {
        if (string.IsNullOrEmpty(name)) return null;
        if (_byName.TryGetValue(name, out var exact)) return exact;
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _byName.TryGetValue("*" + name[dot..], out var wildcard) ? wildcard : null;
    }
}
