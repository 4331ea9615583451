using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Tatara.Router.RouteServices;

/// <summary>Where requests for a route go before the app gets them.</summary>
internal sealed record RouteService(Uri Url)
{
    private const int MaxUrlLength = 2048;

    public byte[] Host { get; } = Encoding.ASCII.GetBytes(Url.IdnHost);
    public byte[] Authority { get; } = Encoding.ASCII.GetBytes(Url.IsDefaultPort ? Url.IdnHost : $"{Url.IdnHost}:{Url.Port}");

    /// <summary>The service's path, whatever the client's was: that is in X-CF-Forwarded-Url.</summary>
    public byte[] Target { get; } = Encoding.ASCII.GetBytes(Url.PathAndQuery);
    public byte[] Path { get; } = Encoding.ASCII.GetBytes(Url.AbsolutePath);

    public static bool TryParse(string url, [NotNullWhen(true)] out RouteService? service)
    {
        service = null;
        if (url.Length > MaxUrlLength || !Uri.TryCreate(url, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp) || uri.UserInfo.Length > 0 || uri.IdnHost.Length == 0) return false;
        service = new RouteService(uri);
        return true;
    }
}
