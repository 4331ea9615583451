using Tatara.Cli.Api.Records;
using Tatara.Cli.Configuration;

namespace Tatara.Cli.Commands;

/// <summary>Points `cf` at an API: asks it where its parts are and writes that down.</summary>
internal static class ApiTarget
{
    public static async Task SetAsync(Session session, string given, bool skipSslValidation, CancellationToken stop)
    {
        var target = given.TrimEnd('/');
        if (!target.StartsWith("http", StringComparison.OrdinalIgnoreCase)) target = $"https://{target}";
        var root = await session.ApiAt(target, skipSslValidation).GetRootAsync(stop);
        Write(session.Config, target, skipSslValidation, root.Links);
        if (target.StartsWith("http:", StringComparison.OrdinalIgnoreCase))
            session.Terminal.Warn("Warning: Insecure http API endpoint detected: secure https API endpoints are recommended");
    }

    public static void Forget(CfConfig config)
    {
        Write(config, "", skipSslValidation: false, new RootLinks(null, null, null, null, null, null, null));
        config.ForgetLogin();
    }

    private static void Write(CfConfig config, string target, bool skipSslValidation, RootLinks links)
    {
        config.Target = target;
        config.SkipSslValidation = skipSslValidation;
        config.ApiVersion = links.CloudController?.Meta?.Version ?? "";
        config.AuthorizationEndpoint = links.Login?.Href ?? "";
        config.UaaEndpoint = links.Uaa?.Href ?? "";
        config.DopplerEndpoint = links.Logging?.Href ?? "";
        config.LogCacheEndpoint = links.LogCache?.Href ?? "";
        config.RoutingEndpoint = links.Routing?.Href ?? "";
        config.NetworkPolicyEndpoint = links.NetworkPolicy?.Href ?? "";
        config.AccessToken = "";
        config.RefreshToken = "";
        config.ForgetTarget();
    }
}
