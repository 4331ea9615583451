using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Domains;
using Tatara.CloudController.Errors;
using Tatara.CloudController.FeatureFlags;
using Tatara.CloudController.Processes;
using Tatara.CloudController.Routes;

namespace Tatara.CloudController.Manifests;

/// <summary>Maps the routes that a manifest names, making those that are not there.</summary>
internal sealed partial class ManifestRouteApplier(
    CloudControllerDbContext db, DomainStore domains, RouteStore store, RouteMapper mapper, FeatureFlagStore flags)
{
    private static readonly string[] s_adjectives = ["brave", "bright", "calm", "clever", "eager", "fancy", "gentle", "happy", "humble", "lucky", "proud", "quick", "quiet", "shiny", "smart", "warm"];
    private static readonly string[] s_nouns = ["badger", "crane", "dolphin", "eagle", "falcon", "fox", "gecko", "heron", "lynx", "otter", "owl", "panda", "raven", "tiger", "turtle", "wombat"];

    public async Task ApplyAsync(ManifestRoutes routes, App app, Space space, CancellationToken cancellationToken)
    {
        if (routes.NoRoute)
        {
            await mapper.UnmapAsync(app, space, cancellationToken);
            return;
        }
        foreach (var route in routes.Routes ?? []) await MapAsync(route, app, space, cancellationToken);
        if (routes.Routes is not null || !(routes.RandomRoute || routes.DefaultRoute)) return;
        if (await db.RouteDestinations.AnyAsync(d => d.AppGuid == app.Guid, cancellationToken)) return;
        var domain = await domains.DefaultOfAsync(space.OrganizationGuid, cancellationToken) ?? throw ApiErrors.Unprocessable("No default domains available");
        var host = routes.RandomRoute ? RandomHost(app.Name) : DefaultHost(app.Name);
        await MapAsync(new ManifestRoute($"{host}.{domain.Name}", null, RouteOptionsPatch.Nothing), app, space, cancellationToken);
    }

    private async Task MapAsync(ManifestRoute wanted, App app, Space space, CancellationToken cancellationToken)
    {
        try
        {
            var route = await FindOrCreateAsync(wanted, space, cancellationToken);
            var mapped = await db.RouteDestinations.SingleOrDefaultAsync(
                d => d.RouteGuid == route.Guid && d.AppGuid == app.Guid && d.ProcessType == ProcessFactory.Web && d.AppPort == DestinationRequest.DefaultPort, cancellationToken);
            if (mapped is null)
            {
                var destination = new DestinationRequest(app.Guid, ProcessFactory.Web, DestinationRequest.DefaultPort, null, wanted.Protocol);
                await mapper.AddUntoldAsync(route, space, [destination], cancellationToken);
            }
            else if (wanted.Protocol is not null && mapped.Protocol != wanted.Protocol)
            {
                mapped.Protocol = DestinationRequest.ProtocolFor(route, wanted.Protocol);
                await db.SaveChangesAsync(cancellationToken);
            }
        }
        catch (ApiException e) when (e.Errors[0].Status == 422)
        {
            throw ApiErrors.Unprocessable($"For route '{wanted.Url}': {e.Errors[0].Detail}");
        }
    }

    private async Task<Route> FindOrCreateAsync(ManifestRoute wanted, Space space, CancellationToken cancellationToken)
    {
        var slash = wanted.Url.IndexOf('/', StringComparison.Ordinal);
        var (fullName, path) = slash < 0 ? (wanted.Url, "") : (wanted.Url[..slash], wanted.Url[slash..]);
        var colon = fullName.IndexOf(':', StringComparison.Ordinal);
        int? port = colon < 0 ? null : int.Parse(fullName.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        if (colon >= 0) fullName = fullName[..colon];
        foreach (var (host, domainName) in Candidates(fullName.ToLowerInvariant()))
        {
            var domain = await domains.UsableBy(space.OrganizationGuid).SingleOrDefaultAsync(d => d.Name == domainName, cancellationToken);
            if (domain is null) continue;
            var name = RouteName.Of(host, path, port);
            if (name.Problems().FirstOrDefault() is { } problem) throw ApiErrors.Unprocessable(problem);
            var existing = await db.Routes.SingleOrDefaultAsync(r => r.DomainGuid == domain.Guid && r.Host == name.Host && r.Path == name.Path && r.Port == (port ?? 0), cancellationToken);
            if (existing is not null && existing.SpaceGuid != space.Guid) throw ApiErrors.Unprocessable("Routes cannot be mapped to destinations in different spaces");
            if (existing is not null)
            {
                if (wanted.Options.ApplyTo(existing)) await db.SaveChangesAsync(cancellationToken);
                return existing;
            }
            if (!await flags.IsEnabledAsync("route_creation", cancellationToken)) throw ApiErrors.FeatureDisabled("route_creation");
            if (host == "*" && domain.OrganizationGuid is null) throw ApiErrors.NotAuthorized();
            return await store.CreateAsync(name, domain, space, made => wanted.Options.ApplyTo(made), new { ManifestTriggered = true }, cancellationToken);
        }
        throw ApiErrors.Unprocessable($"No domains exist for route {wanted.Url}");
    }

    /// <summary>"a.b.c" may be the domain itself, or host a in domain b.c; a domain that is there decides.</summary>
    private static IEnumerable<(string Host, string Domain)> Candidates(string name)
    {
        yield return ("", name);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0) yield return (name[..dot], name[(dot + 1)..]);
    }

    private static string DefaultHost(string appName)
    {
        const string prefix = "Failed to create default route from app name:";
        if (appName.Length > 63) throw ApiErrors.Unprocessable($"{prefix} Host cannot exceed 63 characters");
        return HostPattern().IsMatch(appName)
            ? appName
            : throw ApiErrors.Unprocessable($"{prefix} Host must be either \"*\" or contain only alphanumeric characters, \"_\", or \"-\"");
    }

    private static string RandomHost(string appName)
    {
        var name = NotInHosts().Replace(appName.ToLowerInvariant().Replace(' ', '-'), "");
        var tail = $"{Pick(s_adjectives)}-{Pick(s_nouns)}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}";
        return name.Length == 0 ? tail : $"{name[..Math.Min(name.Length, 62 - tail.Length)]}-{tail}";
    }

    private static string Pick(string[] words) => words[RandomNumberGenerator.GetInt32(words.Length)];

    [GeneratedRegex(@"^[\w\-]+$", RegexOptions.ECMAScript)]
    private static partial Regex HostPattern();

    [GeneratedRegex(@"[^\w\-]", RegexOptions.ECMAScript)]
    private static partial Regex NotInHosts();
}
