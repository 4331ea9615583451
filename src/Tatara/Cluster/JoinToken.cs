using System.Net;

namespace Tatara.Cluster;

/// <summary>What lets one host join: where, how to know the authority before trusting it, and a secret that works once.</summary>
internal sealed record JoinToken(IPEndPoint Authority, string Fingerprint, string Secret)
{
    private const int FingerprintLength = 64;
    private const int SecretLength = 32;

    /// <summary>ADDRESS:PORT/FINGERPRINT/SECRET; null when it is no such text.</summary>
    public static JoinToken? Parse(string text) =>
        text.Trim().Split('/') is [var address, { Length: FingerprintLength } fingerprint, { Length: SecretLength } secret]
        && IPEndPoint.TryParse(address, out var authority) && authority.Port > 0
        && fingerprint.All(char.IsAsciiHexDigitLower) && secret.All(char.IsAsciiHexDigitLower)
            ? new JoinToken(authority, fingerprint, secret) : null;

    public override string ToString() => $"{Authority}/{Fingerprint}/{Secret}";
}
