using Tatara.CloudController.Api;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Services;

/// <summary>What a request says of a user-provided service instance.</summary>
internal static class ServiceInstanceRequest
{
    private const int MaxUrlLength = 2048;
    private const int MaxTags = 100;

    /// <summary>What is not given stays as it is; null empties it.</summary>
    public static void Apply(Body body, ServiceInstance instance)
    {
        if (body.Has("route_service_url")) instance.RouteServiceUrl = Url(body, "route_service_url", Uri.UriSchemeHttps);
        if (body.Has("syslog_drain_url")) instance.SyslogDrainUrl = Url(body, "syslog_drain_url", scheme: null);
        if (body.Has("credentials")) instance.Credentials = body.Map("credentials") is null ? "{}" : body.Raw.GetProperty("credentials").GetRawText();
        if (body.Has("tags")) instance.Tags = body.Strings("tags", MaxTags) ?? [];
    }

    private static string? Url(Body body, string name, string? scheme)
    {
        if (body.String(name, maxLength: MaxUrlLength) is not { Length: > 0 } text) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0) body.Fail(name, "must be a valid URI");
        else if (scheme is not null && url.Scheme != scheme) body.Fail(name, $"must be {scheme}");
        return text;
    }
}
