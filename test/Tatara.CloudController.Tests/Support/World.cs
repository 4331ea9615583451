using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Tests.Support;

/// <summary>Makes what tests start from, through the API wherever the API can.</summary>
internal static class World
{
    public static string Unique(string prefix) => $"{prefix}-{Guid.NewGuid():N}"[..24];

    public static async Task<string> OrganizationAsync(this CloudControllerFixture cc, string? name = null) =>
        Guid_(await cc.Admin.CreateAsync("/v3/organizations", new { name = name ?? Unique("org") }));

    public static async Task<string> SpaceAsync(this CloudControllerFixture cc, string? organization = null, string? name = null)
    {
        organization ??= await cc.OrganizationAsync();
        return Guid_(await cc.Admin.CreateAsync("/v3/spaces", new { name = name ?? Unique("space"), relationships = To("organization", organization) }));
    }

    public static async Task<string> AppAsync(this CloudControllerFixture cc, string? space = null, string? name = null)
    {
        space ??= await cc.SpaceAsync();
        return Guid_(await cc.Admin.CreateAsync("/v3/apps", new { name = name ?? Unique("app"), relationships = To("space", space) }));
    }

    /// <summary>An app that has a staged droplet with these processes and so can be started.</summary>
    public static async Task<string> StagedAppAsync(this CloudControllerFixture cc, string? space = null, params string[] types)
    {
        var app = await cc.AppAsync(space);
        var droplet = await cc.DropletAsync(app, types.Length == 0 ? ["web"] : types);
        (await cc.Admin.PatchAsync($"/v3/apps/{app}/relationships/current_droplet", new { data = new { guid = droplet } })).Expect(System.Net.HttpStatusCode.OK);
        return app;
    }

    /// <summary>What staging would leave behind.</summary>
    public static async Task<string> DropletAsync(this CloudControllerFixture cc, string app, params string[] types)
    {
        await using var scope = cc.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>();
        var droplet = new Droplet { AppGuid = app, State = DropletStates.Staged, ProcessTypes = types.ToDictionary(t => t, t => (string?)$"run {t}") };
        db.Droplets.Add(droplet);
        await db.SaveChangesAsync();
        return droplet.Guid;
    }

    public static async Task GiveRoleAsync(this CloudControllerFixture cc, string user, string type, string? organization = null, string? space = null) =>
        await cc.Admin.CreateAsync("/v3/roles", new
        {
            type,
            relationships = organization is null
                ? new { user = Data(user), space = Data(space!) } as object
                : new { user = Data(user), organization = Data(organization) },
        });

    public static async Task<string> DefaultDomainAsync(this CloudControllerFixture cc) =>
        (string)(await cc.Admin.GetAsync($"/v3/domains?names={TokenIssuer.Domain}")).Json["resources"]![0]!["guid"]!;

    public static Dictionary<string, object> To(string name, string guid) => new() { [name] = Data(guid) };

    public static object Data(string guid) => new { data = new { guid } };

    private static string Guid_(JsonNode node) => (string)node["guid"]!;
}
