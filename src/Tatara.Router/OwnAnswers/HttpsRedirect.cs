using System.Text;

namespace Tatara.Router.OwnAnswers;

/// <summary>Sends clients of some domains from HTTP to HTTPS.</summary>
/// <param name="httpsPort">As clients see it; 443 is left out of addresses.</param>
internal sealed class HttpsRedirect(NamePatterns domains, int httpsPort)
{
    private readonly string _port = httpsPort == 443 ? "" : $":{httpsPort}";

    /// <summary>Whether requests for the host go to HTTPS.</summary>
    /// <param name="host">Without a port, of any case.</param>
    public bool Takes(ReadOnlySpan<byte> host) => domains.Match(host);

    /// <summary>The same address over HTTPS.</summary>
    /// <param name="target">Path and query.</param>
    public string LocationOf(ReadOnlySpan<byte> host, ReadOnlySpan<byte> target) =>
        $"https://{Encoding.ASCII.GetString(host)}{_port}{(target.StartsWith("/"u8) ? Encoding.Latin1.GetString(target) : "/")}";
}
