using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Tests.Support;

/// <summary>Puts rows into the database of a fixture and reads them back.</summary>
internal sealed class Seed(CloudControllerFixture cc)
{
    private const string Stack = "bookworm";

    /// <summary>A stopped app with a web process, in an organization and a space of its own.</summary>
    /// <param name="sent">DEAs were told of it already: else a Cloud Controller that has just started may still do so.</param>
    public async Task<SeededApp> AppAsync(int instances = 1, string state = AppStates.Stopped, bool staged = false, bool sent = false)
    {
        await using var scope = cc.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>();
        var suffix = Guid.NewGuid().ToString("N")[..8];
        if (!await db.Stacks.AnyAsync(s => s.Name == Stack)) db.Stacks.Add(new Stack { Name = Stack });
        var organization = new Organization { Name = "org-" + suffix, QuotaGuid = "quota" };
        var space = new Space { Name = "space-" + suffix, OrganizationGuid = organization.Guid };
        var app = new App { Name = "app-" + suffix, SpaceGuid = space.Guid, DesiredState = state };
        var process = new Process { Guid = app.Guid, AppGuid = app.Guid, Type = "web", Instances = instances, MemoryMb = 256, DiskMb = 512 };
        if (sent) (process.SentVersion, process.SentInstances) = (process.Version, instances);
        db.AddRange(organization, space, app, process);
        await db.SaveChangesAsync();
        if (staged)
        {
            var droplet = new Droplet
            {
                AppGuid = app.Guid, State = DropletStates.Staged, Sha1 = new string('a', 40), Stack = Stack,
                ProcessTypes = new Dictionary<string, string?> { ["web"] = "run-web" },
            };
            db.Droplets.Add(droplet);
            app.CurrentDropletGuid = droplet.Guid;
            await db.SaveChangesAsync();
        }
        return new SeededApp(organization.Guid, space.Guid, app.Guid, app.Name, process.Version);
    }

    public async Task<string> RouteAsync(SeededApp app, string host, string path = "", string processType = "web")
    {
        await using var scope = cc.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>();
        var domain = await db.Domains.FirstOrDefaultAsync(d => d.Name == "apps.test");
        if (domain is null) db.Domains.Add(domain = new Domain { Name = "apps.test" });
        var route = new Route { Host = host, Path = path, DomainGuid = domain.Guid, SpaceGuid = app.Space };
        db.Routes.Add(route);
        db.RouteDestinations.Add(new RouteDestination { RouteGuid = route.Guid, AppGuid = app.Guid, ProcessType = processType });
        await db.SaveChangesAsync();
        return route.Guid;
    }

    public async Task<T> ReadAsync<T>(Func<CloudControllerDbContext, Task<T>> read)
    {
        await using var scope = cc.Services.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>());
    }

    public Task ChangeAsync(Func<CloudControllerDbContext, Task> change) => ReadAsync(async db =>
    {
        await change(db);
        return await db.SaveChangesAsync();
    });

    public Task DeveloperAsync(SeededApp app, string user) => ChangeAsync(async db =>
    {
        if (!await db.Users.AnyAsync(u => u.Guid == user)) db.Users.Add(new User { Guid = user });
        db.Roles.Add(new RoleAssignment { UserGuid = user, Type = RoleTypes.SpaceDeveloper, SpaceGuid = app.Space });
    });
}

internal sealed record SeededApp(string Organization, string Space, string Guid, string Name, string Version);
