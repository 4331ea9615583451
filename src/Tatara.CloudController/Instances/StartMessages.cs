using Tatara.CloudController.Api;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Deas;
using Tatara.CloudController.Environments;
using Tatara.CloudController.NetworkPolicies;
using Tatara.Protocol;

namespace Tatara.CloudController.Instances;

/// <summary>Writes dea.ID.start messages.</summary>
internal sealed class StartMessages(CloudControllerDbContext db, NetworkRulesReader network, BlobUrls urls, Links links, CloudControllerOptions options)
{
    /// <summary>Open files; Cloud Foundry's default.</summary>
    public const int FileDescriptors = 16_384;

    private readonly Dictionary<string, (AppSurroundings Surroundings, IReadOnlyList<EgressRule> Rules)> _spaces = new(StringComparer.Ordinal);

    /// <summary>The message of index 0; the others differ in nothing but the index.</summary>
    public async Task<DeaStartMessage> CreateAsync(Workload workload, CancellationToken cancellationToken)
    {
        var (process, app, droplet, routes, sidecars) = workload;
        var (surroundings, rules) = await SurroundingsOfAsync(app, cancellationToken);
        var limits = new VcapLimits(FileDescriptors, process.MemoryMb, process.DiskMb);
        return new DeaStartMessage(
            Droplet: process.Guid,
            Version: process.Version,
            Name: app.Name,
            Index: 0,
            Sha1: droplet!.Sha1!,
            ExecutableUri: urls.DropletDownload(droplet.Guid),
            Uris: routes.Uris,
            Limits: new InstanceLimits(process.MemoryMb, process.DiskMb, FileDescriptors, process.LogRateLimit),
            Env: surroundings.Environment(droplet),
            VcapApplication: VcapApplication.Of(surroundings, routes.Shown, process.Version, limits, links.ApiUrl, (process.Guid, process.Type)),
            StartCommand: Command(process, droplet),
            HealthCheckTimeout: process.HealthCheckTimeout,
            HealthCheckType: process.HealthCheckType,
            HealthCheckHttpEndpoint: process.HealthCheckHttpEndpoint,
            HealthCheckInvocationTimeout: process.HealthCheckInvocationTimeout,
            HealthCheckInterval: process.HealthCheckInterval,
            Readiness: ReadinessOf(process),
            ProcessType: process.Type,
            ProcessGuid: process.Guid,
            Stack: StackOf(droplet),
            Sidecars: sidecars,
            InternalNames: routes.InternalNames,
            TcpRoutes: routes.Tcp.Count == 0 ? null : routes.Tcp,
            RouteServices: routes.Services.Count == 0 ? null : routes.Services,
            Http2Uris: routes.Http2.Count == 0 ? null : routes.Http2,
            LoadBalancing: routes.Balancing.Count == 0 ? null : routes.Balancing,
            EgressNetworkRules: rules);
    }

    /// <summary>What the apps of a space have in common is read once: this object lives no longer than a request or a batch of orders.</summary>
    private async Task<(AppSurroundings Surroundings, IReadOnlyList<EgressRule> Rules)> SurroundingsOfAsync(App app, CancellationToken cancellationToken)
    {
        if (!_spaces.TryGetValue(app.SpaceGuid, out var space))
        {
            space = (
                await AppSurroundings.ReadAsync(db, app, EnvironmentGroups.Running, cancellationToken),
                await network.OfSpaceAsync(app.SpaceGuid, SecurityPhase.Running, cancellationToken));
            _spaces[app.SpaceGuid] = space;
        }
        return (space.Surroundings with { App = app }, space.Rules);
    }

    public Demand DemandOf(Workload workload) => new(workload.Process.MemoryMb, workload.Process.DiskMb, StackOf(workload.Droplet!));

    private string StackOf(Droplet droplet) => droplet.Stack ?? options.DefaultStack;

    private static ReadinessCheck? ReadinessOf(Process process) => process.ReadinessHealthCheckType == "process" ? null : new ReadinessCheck(
        process.ReadinessHealthCheckType, process.ReadinessHealthCheckHttpEndpoint,
        process.ReadinessHealthCheckInvocationTimeout, process.ReadinessHealthCheckInterval);

    private static string? Command(Process process, Droplet droplet)
    {
        if (!string.IsNullOrEmpty(process.Command)) return process.Command;
        return droplet.ProcessTypes.GetValueOrDefault(process.Type) is { Length: > 0 } command ? command : null;
    }
}
