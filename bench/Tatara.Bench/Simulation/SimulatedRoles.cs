using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tatara.Bench.Routing;
using Tatara.CloudController;
using Tatara.CloudController.Data;
using Tatara.CloudController.Tests.Support;
using Tatara.HealthManager;
using Tatara.MessageBus;

namespace Tatara.Bench.Simulation;

/// <summary>The real roles, each as a process of its own, so that the kernel accounts for it alone.</summary>
internal static class SimulatedRoles
{
    /// <summary>Arguments by which the bench starts itself as a role.</summary>
    public const string CloudController = "cloud-controller-role", HealthManager = "health-manager-role";

    private const string Password = "simulated";
    private const int AppsPerSave = 1000;

    /// <summary>Written when the apps are there.</summary>
    private const string SeededFile = "seeded";

    private static readonly TimeSpan SeedPatience = TimeSpan.FromMinutes(3);

    public static async Task<ServerProcess> StartCloudControllerAsync(string bus, string directory, Uri issuer, SimulatedCloud cloud)
    {
        var port = Testing.NatsServer.FreePort();
        var process = await ServerProcess.StartAsync("cloud-controller", port, Environment.ProcessPath!,
            CloudController, bus, directory, Text(port), issuer.ToString(), Text(cloud.Instances));
        var until = DateTime.UtcNow + SeedPatience;
        while (!File.Exists(Path.Combine(directory, SeededFile)))
        {
            if (DateTime.UtcNow > until) throw new InvalidOperationException("Cloud Controller's database is not filled in time.");
            await Task.Delay(50);
        }
        return process;
    }

    public static Task<ServerProcess> StartHealthManagerAsync(string bus, ServerProcess cloudController) =>
        ServerProcess.StartAsync("health-manager", 0, Environment.ProcessPath!, HealthManager, bus, Text(cloudController.Port));

    public static async Task RunCloudControllerAsync(string[] arguments)
    {
        var options = new CloudControllerOptions
        {
            Bus = new NatsOptions { Servers = [arguments[1]] },
            DataDirectory = arguments[2],
            Port = int.Parse(arguments[3], CultureInfo.InvariantCulture),
            UaaUrl = new Uri(arguments[4]),
            Domain = TokenIssuer.Domain,
            BlobSigningKey = new string('k', 32),
            BulkPassword = Password,
            DefaultQuotaMemoryMb = int.MaxValue,
        };
        using var host = CloudControllerHost.Build(options, Quiet);
        await host.StartAsync();
        await SeedAsync(host.Services, new SimulatedCloud(int.Parse(arguments[5], CultureInfo.InvariantCulture)));
        await File.WriteAllTextAsync(Path.Combine(options.DataDirectory, SeededFile), "");
        await UntilInputEndsAsync();
        await host.StopAsync();
    }

    public static async Task RunHealthManagerAsync(string[] arguments)
    {
        using var host = HealthManagerHost.Build(
            new HealthManagerOptions
            {
                Bus = new NatsOptions { Servers = [arguments[1]] },
                CloudControllerUrl = new Uri($"http://127.0.0.1:{arguments[2]}"),
                BulkUser = "bulk",
                BulkPassword = Password,
            },
            Quiet);
        await host.StartAsync();
        await UntilInputEndsAsync();
        await host.StopAsync();
    }

    /// <summary>Apps as if they had been pushed, started and left alone, each with a route; and one without instances, to be scaled.</summary>
    private static async Task SeedAsync(IServiceProvider services, SimulatedCloud cloud)
    {
        string? space = null, domain = null;
        for (var first = 0; first <= cloud.Apps; first += AppsPerSave)
        {
            await using var scope = services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>();
            space ??= await AddSpaceAsync(db);
            domain ??= (await db.Domains.FirstAsync()).Guid;
            for (var app = first; app < Math.Min(first + AppsPerSave, cloud.Apps + 1); app++) Add(db, app, app == cloud.Apps ? 0 : SimulatedCloud.InstancesPerApp, space, domain);
            await db.SaveChangesAsync();
        }
    }

    private static async Task<string> AddSpaceAsync(CloudControllerDbContext db)
    {
        if (!await db.Stacks.AnyAsync(s => s.Name == SimulatedCloud.Stack)) db.Stacks.Add(new Stack { Name = SimulatedCloud.Stack });
        var quota = await db.OrganizationQuotas.FirstAsync();
        var organization = new Organization { Name = "simulated", QuotaGuid = quota.Guid };
        var space = new Space { Name = "simulated", OrganizationGuid = organization.Guid };
        db.AddRange(organization, space);
        await db.SaveChangesAsync();
        return space.Guid;
    }

    private static void Add(CloudControllerDbContext db, int number, int instances, string space, string domain)
    {
        var guid = SimulatedCloud.AppGuid(number);
        var version = SimulatedCloud.VersionGuid(number);
        var droplet = new Droplet
        {
            AppGuid = guid,
            State = DropletStates.Staged,
            Sha1 = new string('a', 40),
            Stack = SimulatedCloud.Stack,
            ProcessTypes = new Dictionary<string, string?> { ["web"] = "serve" },
        };
        var route = new Route { Host = $"app-{number}", DomainGuid = domain, SpaceGuid = space };
        db.AddRange(
            droplet,
            route,
            new App { Guid = guid, Name = $"app-{number}", SpaceGuid = space, DesiredState = AppStates.Started, CurrentDropletGuid = droplet.Guid },
            new Process
            {
                Guid = guid, AppGuid = guid, Type = "web", Instances = instances, MemoryMb = SimulatedCloud.MemoryMb, DiskMb = SimulatedCloud.MemoryMb,
                Version = version, SentVersion = version, SentInstances = instances,
            },
            new RouteDestination { RouteGuid = route.Guid, AppGuid = guid, ProcessType = "web" });
    }

    private static void Quiet(ILoggingBuilder logging) => logging.AddSimpleConsole().AddFilter(null, LogLevel.Error);

    private static async Task UntilInputEndsAsync()
    {
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
