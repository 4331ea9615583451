using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.Containers.Linux;
using Tatara.Containers.Processes;

namespace Tatara.Containers.Tests;

/// <summary>A runtime in a directory, subnet and host address of its own. Everything is gone when it is disposed.</summary>
public class TestRuntime : IAsyncLifetime
{
    private static int s_count;

    private readonly int _spareNetworks;

    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-containers-").FullName;
    private readonly int _number = Interlocked.Increment(ref s_count) % 250;

    public TestRuntime() => _spareNetworks = 2;

    internal TestRuntime(int spareNetworks) => _spareNetworks = spareNetworks;

    internal ContainerRuntimeOptions Options { get; private set; } = null!;

    internal LinuxContainerRuntime Runtime { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var process = Environment.ProcessId % 250;
        Options = new ContainerRuntimeOptions
        {
            DataDirectory = Path.Combine(_directory, "data"),
            RunDirectory = "/run/tatara-test",
            Subnet = $"10.{150 + (process % 50)}.{_number}.0/24",
            SpareNetworks = _spareNetworks,
            HostAddress = $"10.149.{process}.{_number}",
        };
        Options = Configure(Options);
        Runtime = New();
        await Runtime.InitializeAsync(default);
        await Runtime.RecoverAsync(default);
    }

    internal virtual ContainerRuntimeOptions Configure(ContainerRuntimeOptions options) => options;

    /// <summary>Another runtime over the same directory: what a restarted process has.</summary>
    internal LinuxContainerRuntime New() => new(Options, NullLoggerFactory.Instance);

    public async Task DisposeAsync()
    {
        await Runtime.RemoveAllAsync(default);
        Directory.Delete(_directory, recursive: true);
    }

    internal Task<IContainer> BashAsync(string script, Func<ContainerSpec, ContainerSpec>? change = null) =>
        Runtime.CreateAsync(Spec(script, change), default);

    internal static ContainerSpec Spec(string script, Func<ContainerSpec, ContainerSpec>? change = null)
    {
        var spec = new ContainerSpec
        {
            Handle = $"test-{Guid.NewGuid():n}",
            RootFileSystem = Stack.Path,
            Command = ["/bin/bash", "-c", script],
            Environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/home/vcap/app", "LANG=en_US.UTF-8"],
            Limits = new ContainerLimits(128 << 20, 64 << 20, 100, 64, 1024),
        };
        return change is null ? spec : change(spec);
    }

    /// <summary>What it wrote, without the time stamps.</summary>
    internal static async Task<string> OutputAsync(IContainer container)
    {
        var text = new StringBuilder();
        var parts = new Dictionary<string, string>();
        foreach (var line in await File.ReadAllLinesAsync(container.LogFile))
        {
            var fields = line.Split(' ', 4);
            var part = parts[fields[1]] = parts.GetValueOrDefault(fields[1]) + fields[3];
            // P: the line goes on in the stream's next entry.
            if (fields[2] == "P") continue;
            text.Append(part).Append('\n');
            parts.Remove(fields[1]);
        }
        foreach (var part in parts.Values) text.Append(part);
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>Runs to its end and says what it wrote.</summary>
    internal async Task<(ContainerExit Exit, string Output)> RunAsync(string script, Func<ContainerSpec, ContainerSpec>? change = null)
    {
        var container = await BashAsync(script, change);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var exit = await container.WaitAsync(limit.Token);
        var output = await OutputAsync(container);
        await container.DestroyAsync(default);
        return (exit, output);
    }

    /// <summary>No file, mount, process, cgroup or mapped port is named after it any more.</summary>
    internal async Task ShouldHaveNoTraceOfAsync(string handle)
    {
        var paths = new ContainerPaths(Options, handle);
        Directory.Exists(paths.Bundle).ShouldBeFalse();
        Directory.Exists(paths.MountDirectory).ShouldBeFalse();
        Path.Exists(paths.Socket).ShouldBeFalse();
        File.ReadAllText("/proc/self/mountinfo").ShouldNotContain(handle);
        Runtime.Runc.List().ShouldNotContain(handle);
        Runtime.Cgroups.List().ShouldNotContain(handle);
        // The kernel takes loop devices away a moment after their last mount.
        await Eventually.TrueAsync(() => Task.FromResult(!Directory.EnumerateDirectories("/sys/block", "loop*").Any(path => TryRead(Path.Combine(path, "loop/backing_file")).Contains(handle))));
        foreach (var commandLine in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])).Select(path => Path.Combine(path, "cmdline")))
        {
            if (TryRead(commandLine).Contains(paths.Bundle)) throw new ShouldAssertException($"{TryRead(commandLine)} still runs");
        }
    }

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}

/// <summary>A runtime of one test.</summary>
internal sealed class OwnRuntime : TestRuntime, IAsyncDisposable
{
    private readonly Func<ContainerRuntimeOptions, ContainerRuntimeOptions>? _configure;

    private OwnRuntime(Func<ContainerRuntimeOptions, ContainerRuntimeOptions>? configure) : base(spareNetworks: 0) => _configure = configure;

    internal override ContainerRuntimeOptions Configure(ContainerRuntimeOptions options) => _configure?.Invoke(options) ?? options;

    public static async Task<OwnRuntime> StartAsync(Func<ContainerRuntimeOptions, ContainerRuntimeOptions>? configure = null)
    {
        var runtime = new OwnRuntime(configure);
        await runtime.InitializeAsync();
        return runtime;
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
}
