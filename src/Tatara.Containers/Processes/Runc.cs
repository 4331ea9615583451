using Tatara.Containers.Linux;

namespace Tatara.Containers.Processes;

/// <summary>What is asked of runc directly; containers are created by it through <see cref="Monitor"/>.</summary>
internal sealed class Runc(CommandRunner commands, MachineTools tools)
{
    public Task StartAsync(string handle) => RunAsync(["start", handle], CancellationToken.None);

    /// <summary>Kills what still runs and removes its cgroup and runc's record. Harmless to repeat.</summary>
    public Task DeleteAsync(string handle, CancellationToken cancellationToken) => RunAsync(["delete", "--force", handle], cancellationToken);

    /// <summary>runc forgets a container by itself, but not one that it was killed over creating.</summary>
    public void RemoveRecord(string handle)
    {
        var directory = Path.Combine(tools.RuncRoot, handle);
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    /// <summary>Handles of all containers runc knows of.</summary>
    public IReadOnlyList<string> List() =>
        Directory.Exists(tools.RuncRoot) ? [.. Directory.EnumerateDirectories(tools.RuncRoot).Select(path => Path.GetFileName(path))] : [];

    private Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        commands.RunAsync([tools.Runc, "--root", tools.RuncRoot, .. arguments], null, cancellationToken);
}
