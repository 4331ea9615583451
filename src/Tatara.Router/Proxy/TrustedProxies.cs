using System.Net;

namespace Tatara.Router.Proxy;

/// <summary>How much of what a client says about others is believed.</summary>
internal enum ForwardedTrust : byte
{
    /// <summary>What it says it forwards for is passed on with its own address behind, and nothing else.</summary>
    Appended,

    /// <summary>Nothing: it may say what it likes.</summary>
    None,

    /// <summary>Everything: it is one of the operator's own.</summary>
    Full,
}

/// <summary>Whose forwarded headers are believed.</summary>
internal sealed class TrustedProxies(IReadOnlyList<string>? networks)
{
    private readonly IPNetwork[]? _networks = networks?.Select(IPNetwork.Parse).ToArray();

    public ForwardedTrust Of(IPAddress client)
    {
        if (_networks is null) return ForwardedTrust.Appended;
        return Array.Exists(_networks, n => n.Contains(client)) ? ForwardedTrust.Full : ForwardedTrust.None;
    }
}
