using System.Globalization;
using Tatara.Containers;
using Tatara.Dea.Instances;
using Tatara.Dea.Networks;
using Tatara.Protocol;

namespace Tatara.Dea.Staging;

/// <summary>Describes the container that a package is staged in: like an app's, with its own limits and the builder script as its process.</summary>
internal static class StagingContainer
{
    public const string Kind = "staging";
    public const string PipesInside = "/tmp/pipes";

    private const int MaxProcesses = 1024;
    private const int OpenFiles = 16_384;
    private const long Megabyte = 1024 * 1024;

    private static readonly string Script = EmbeddedScript.Read("builder.sh");

    public static ContainerSpec Describe(
        StagingStartMessage message, StackOptions stack, StagingInput input, string pipes, Func<string, CancellationToken, Task> fill)
    {
        var resources = message.Properties.Resources;
        var binds = new List<BindMount> { new(pipes, PipesInside, ReadOnly: true) };
        var command = new List<string> { "/bin/bash", "-c", Script, "builder", input.SkipDetection ? "yes" : "no" };
        foreach (var (number, buildpack) in input.Buildpacks.Index())
        {
            var inside = "/tmp/buildpacks/" + number.ToString(CultureInfo.InvariantCulture);
            if (buildpack.Lease is { } lease) binds.Add(new BindMount(lease.Directory, inside, ReadOnly: true));
            command.AddRange([buildpack.Lease is null ? "" : inside, buildpack.Name, buildpack.Key]);
        }
        return new ContainerSpec
        {
            Handle = HandleOf(message.TaskId),
            RootFileSystem = stack.RootFileSystem,
            Fill = fill,
            Layers = stack.StagingLayers,
            Binds = binds,
            Command = command,
            Environment = StagingEnvironment.Build(message.Properties, stack.Name, input.Defaults),
            Limits = new ContainerLimits(
                resources.Mem * Megabyte, resources.Disk * Megabyte, (int)Math.Clamp(resources.Mem, 2, 262_144), MaxProcesses, Math.Max(resources.Fds, OpenFiles)),
            Egress = EgressReader.Read(message.EgressNetworkRules),
            Properties = new Dictionary<string, string> { [InstanceLauncher.KindProperty] = Kind },
        };
    }

    public static string HandleOf(string taskId) => "staging-" + taskId;
}
