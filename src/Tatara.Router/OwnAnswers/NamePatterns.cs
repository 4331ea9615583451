using Tatara.Router.Registry;

namespace Tatara.Router.OwnAnswers;

/// <summary>A choice of host names: "shop.example.com" is that name, "*.example.com" every name below it, "*" every name.</summary>
internal sealed class NamePatterns
{
    private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _hosts;
    private readonly bool _isEmpty;
    private readonly bool _takesAll;

    /// <exception cref="ArgumentException">One of them is none; says which.</exception>
    public NamePatterns(IReadOnlyList<string> patterns)
    {
        (_isEmpty, _takesAll) = (patterns.Count == 0, patterns.Contains("*"));
        var hosts = new HashSet<byte[]>(HostComparer.Instance);
        foreach (var pattern in patterns.Where(p => p != "*"))
        {
            if (!RouteKey.TryParse(pattern, out var key) || key.Path.Length > 0) throw new ArgumentException($"'{pattern}' is not a name like shop.example.com or *.example.com.");
            hosts.Add(key.HostBytes);
        }
        _hosts = hosts.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <param name="host">Without a port, of any case.</param>
    public bool Match(ReadOnlySpan<byte> host)
    {
        if (_isEmpty) return false;
        if (_takesAll || _hosts.Contains(host)) return true;
        for (var dot = host.IndexOf((byte)'.'); dot >= 0;)
        {
            host = host[dot..];
            if (_hosts.Contains(host)) return true;
            dot = host[1..].IndexOf((byte)'.');
            if (dot >= 0) dot++;
        }
        return false;
    }
}
