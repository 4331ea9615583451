using System.Globalization;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Routes;

/// <summary>The name under which an app answers, as users see it.</summary>
internal static class AppUris
{
    public static string Of(Route route, string domain)
    {
        var name = (route.Host.Length == 0 ? domain : $"{route.Host}.{domain}") + route.Path;
        return route.Port == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}:{route.Port}");
    }
}
