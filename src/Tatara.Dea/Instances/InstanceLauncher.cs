using Tatara.Containers;
using Tatara.Dea.Archives;
using Tatara.Dea.Droplets;
using Tatara.Dea.Networks;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>From a start message to a running process: droplet, port, environment, container.</summary>
internal sealed class InstanceLauncher(DeaOptions options, DropletStore droplets, PortPool ports, IContainerRuntime containers)
{
    /// <summary>Tells an instance's container from a staging's.</summary>
    public const string KindProperty = "kind";
    public const string InstanceKind = "instance";

    private const int MaxProcesses = 512;
    private const long Megabyte = 1024 * 1024;

    /// <summary>Many made at once are all late; a few at a time, the first ones serve while the last are made.</summary>
    private readonly SemaphoreSlim _creating = new(Math.Max(4, Environment.ProcessorCount * 2));

    private static readonly string Script = EmbeddedScript.Read("launch.sh");

    /// <exception cref="LaunchException">It failed; nothing is left of the attempt but the port and the lease, which the caller gives back.</exception>
    public async Task<LayerCache.Lease> LaunchAsync(Instance instance, CancellationToken cancellationToken)
    {
        // 1. The droplet, unpacked once for all its instances.
        var start = instance.Start;
        LayerCache.Lease droplet;
        try
        {
            droplet = await droplets.AcquireAsync(start.Sha1, start.ExecutableUri, cancellationToken);
        }
        catch (DropletException e)
        {
            throw new LaunchException(e.Message, e);
        }

        try
        {
            // 2. What to run: the process's command, else the droplet's own.
            var command = start.StartCommand is { Length: > 0 } own ? own
                : StagingInfo.ReadStartCommand(Path.Combine(droplet.Directory, DropletStore.HomeInLayer))
                  ?? throw new LaunchException("no start command: neither the app nor its droplet names one");

            // 3. A port of this machine.
            var port = ports.Take() ?? throw new NoRoomException("this DEA has no free port left");
            instance.Update(r => r with { HostPort = port });

            // 4. The container, with the process in it.
            await _creating.WaitAsync(cancellationToken);
            try
            {
                instance.Container = await containers.CreateAsync(Describe(instance.Record, droplet.Directory, command), cancellationToken);
            }
            finally
            {
                _creating.Release();
            }
            return droplet;
        }
        catch (Exception e)
        {
            droplet.Dispose();
            if (e is ContainerException) throw new LaunchException("the container could not be created: " + e.Message, e);
            throw;
        }
    }

    private ContainerSpec Describe(InstanceRecord instance, string layer, string command)
    {
        var limits = instance.Start.Limits;
        var stack = FindStack(instance.Start);
        return new ContainerSpec
        {
            Handle = instance.Guid,
            RootFileSystem = stack.RootFileSystem,
            Layers = [layer, .. stack.RunningLayers],
            Command = ["/bin/bash", "-c", Script, "launch", command, .. (instance.Start.Sidecars ?? []).SelectMany(s => (string[])[s.Name, s.Command])],
            Environment = InstanceEnvironment.Build(instance, options.HostAddress),
            WorkingDirectory = "/home/vcap/app",
            Limits = new ContainerLimits(
                limits.Mem * Megabyte, limits.Disk * Megabyte, (int)Math.Clamp(limits.Mem, 2, 262_144), MaxProcesses, limits.Fds),
            Ports = [new PortMapping(instance.HostPort, InstanceEnvironment.ContainerPort)],
            Egress = EgressReader.Read(instance.Start.EgressNetworkRules),
            Properties = new Dictionary<string, string> { [KindProperty] = InstanceKind },
        };
    }

    private StackOptions FindStack(DeaStartMessage start) => options.FindStack(start.Stack)
        ?? throw new LaunchException($"this DEA does not have the stack '{start.Stack}'");
}
