using System.Diagnostics;
using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>
/// A machine of its own as far as its network goes: a process that holds a network namespace, and a mount namespace in which the
/// machine's files are the usual ones but for /sys, which shows that network, and /etc, which names the platform.
/// </summary>
internal sealed class Host(string address, string folder, Process holder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly List<Process> _roles = [];

    public string Address => address;

    public string ConfigFile => Path.Combine(folder, "tatara.yml");

    public string Data => Path.Combine(folder, "data");

    /// <summary>What every command on a folder of its own is told.</summary>
    public string[] Flags => ["--data", Data, "--stacks", "/var/lib/tatara/stacks", "--buildpacks", "/var/lib/tatara/buildpacks", "--domain", HostBed.Domain];

    /// <summary>Runs a command of Tatara there to its end.</summary>
    public async Task<CfResult> RunAsync(params string[] arguments)
    {
        using var process = Start([Path.Combine(Platform.Root, "build", "tatara", "tatara"), .. arguments]);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(Patience).Token);
        return new CfResult($"tatara {string.Join(' ', arguments)}", process.ExitCode, await output + await errors);
    }

    /// <summary>`tatara run`, once it says that the roles run.</summary>
    public async Task<Process> StartRolesAsync(params string[] roles)
    {
        var process = Start([Path.Combine(Platform.Root, "build", "tatara", "tatara"), "run", .. roles, "--config", ConfigFile]);
        var said = await process.StandardOutput.ReadLineAsync(new CancellationTokenSource(Patience).Token)
            ?? throw new InvalidOperationException($"The roles did not start:\n{await process.StandardError.ReadToEndAsync()}");
        said.ShouldContain(" runs ");
        _roles.Add(process);
        return process;
    }

    /// <summary>Starts any program there.</summary>
    public Process Start(IEnumerable<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("nsenter", ["-t", holder.Id.ToString(), "--net", "--mount", "--", .. command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TATARA_ROOT"] = Platform.Root;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>All that its processes logged.</summary>
    public string Log() => string.Concat(Directory.GetFiles(Path.Combine(Data, "log")).Select(File.ReadAllText));

    /// <summary>Stops its roles and removes its containers.</summary>
    public async Task StopAsync()
    {
        foreach (var role in _roles.Where(role => !role.HasExited))
        {
            Platform.Terminate(role.Id);
            await role.WaitForExitAsync(new CancellationTokenSource(Patience).Token);
        }
        if (File.Exists(ConfigFile)) (await RunAsync("destroy", "--yes", "--config", ConfigFile)).Succeeded();
    }

    /// <summary>Ends what is left of it.</summary>
    public void End()
    {
        var own = NamespaceOf(holder.Id);
        foreach (var directory in Directory.GetDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(directory), out var pid) && pid != holder.Id && NamespaceOf(pid) == own) Platform.Kill(pid);
        holder.Kill();
        holder.WaitForExit();
        holder.Dispose();
    }

    private static string? NamespaceOf(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/ns/net").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
