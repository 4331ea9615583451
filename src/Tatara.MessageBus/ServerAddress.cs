using System.Globalization;

namespace Tatara.MessageBus;

/// <summary>Where a server listens.</summary>
internal sealed record ServerAddress(string Host, int Port)
{
    private const int DefaultPort = 4222;
    private const string Scheme = "nats://";

    /// <summary>Reads host, host:port, [IPv6]:port, each with or without nats:// before it.</summary>
    public static ServerAddress Parse(string text)
    {
        var rest = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text[Scheme.Length..] : text;
        var colon = rest.LastIndexOf(':');
        var hasPort = colon >= 0 && !rest.EndsWith(']');
        var host = (hasPort ? rest[..colon] : rest).Trim('[', ']');
        var port = DefaultPort;
        if (hasPort && !int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)) port = 0;
        if (host.Length == 0 || host.AsSpan().ContainsAny(" /@") || port is < 1 or > 65535)
            throw new ArgumentException($"'{text}' is not the address of a server: host:port is.", nameof(text));
        return new ServerAddress(host, port);
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
