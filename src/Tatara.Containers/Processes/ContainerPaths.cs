namespace Tatara.Containers.Processes;

/// <summary>Where everything of one container is.</summary>
internal sealed class ContainerPaths(ContainerRuntimeOptions options, string handle)
{
    public static string All(ContainerRuntimeOptions options) => Path.Combine(options.DataDirectory, "containers");

    public static string Run(ContainerRuntimeOptions options) => Path.Combine(options.RunDirectory, options.Id);

    public static string MountsOfAll(ContainerRuntimeOptions options) => Path.Combine(Run(options), "mounts");

    /// <summary>Where conmon wants to put a link to each container's bundle.</summary>
    public static string Sockets(ContainerRuntimeOptions options) => Path.Combine(Run(options), "sockets");

    /// <summary>The OCI bundle and all that outlives a reboot.</summary>
    public string Bundle { get; } = Path.Combine(All(options), handle);

    public string State => Path.Combine(Bundle, "state.json");

    public string Config => Path.Combine(Bundle, "config.json");

    public string Log => Path.Combine(Bundle, "log");

    public string DiskImage => Path.Combine(Bundle, "disk.img");

    public string InitPid => Path.Combine(Bundle, "init.pid");

    public string MonitorPid => Path.Combine(Bundle, "monitor.pid");

    /// <summary>What conmon complained of before it went to the background.</summary>
    public string MonitorErrors => Path.Combine(Bundle, "monitor.err");

    public string ExitDirectory => Path.Combine(Bundle, "exit");

    public string ExitFile => Path.Combine(ExitDirectory, handle);

    public string MountDirectory { get; } = Path.Combine(MountsOfAll(options), handle);

    public string Socket { get; } = Path.Combine(Sockets(options), handle);

    public string Disk => Path.Combine(MountDirectory, "disk");

    public string Root => Path.Combine(MountDirectory, "root");
}
