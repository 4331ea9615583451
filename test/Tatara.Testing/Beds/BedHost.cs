using System.Diagnostics;

namespace Tatara.Testing.Beds;

/// <summary>A host of a bed, with the platform's program on it.</summary>
public sealed class BedHost
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(90);

    private readonly BedNetwork _network;
    private readonly Dictionary<string, Process> _processes = new(StringComparer.Ordinal);
    private readonly BedClock _clock;
    private BedDisk? _disk;
    private BedBrake? _brake;

    internal BedHost(BedHostPlan plan, BedNetwork network, string directory, string program)
    {
        (Plan, _network, Directory, Program) = (plan, network, directory, program);
        System.IO.Directory.CreateDirectory(directory);
        _clock = new BedClock(directory);
    }

    public BedHostPlan Plan { get; }

    public string Name => Plan.Name;

    public string Address => _network.AddressOf(Plan);

    /// <summary>Address and port where its router says how it is.</summary>
    public string RouterStatus => $"{Address}:24004";

    public string Directory { get; }

    /// <summary>The platform's program, for what is started from now on.</summary>
    public string Program { get; set; }

    public string ConfigurationFile => Path.Combine(Directory, "tatara.yml");

    public string Data => Path.Combine(Directory, "data");

    /// <summary>Runs a command of the platform's program to its end.</summary>
    /// <returns>What it printed.</returns>
    public async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(4)).Token);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Every role in a process of its own, or some of them.</summary>
    public Task StartAsync(params IEnumerable<string> roles) =>
        Task.WhenAll((roles.Any() ? roles : Plan.Roles).Select(role => StartProcessAsync([role], [role])));

    /// <summary>All its roles in one process, as `tatara run` has it.</summary>
    public Task StartAsOneAsync() => StartProcessAsync([], Plan.Roles);

    /// <summary>kill -9 of every process of the platform there; apps and their monitors run on.</summary>
    public async Task KillAsync()
    {
        foreach (var role in Plan.Roles) BedProcesses.Signal(_processes[role].Id, BedProcesses.Kill);
        if (Plan.Roles.Contains("bus")) KillNats();
        foreach (var process in _processes.Values) await process.WaitForExitAsync();
    }

    /// <summary>kill -9 of one role's process. What the role started goes on: the apps of a DEA, the server of a bus.</summary>
    public async Task KillAsync(string role)
    {
        var process = _processes[role];
        BedProcesses.Signal(process.Id, BedProcesses.Kill);
        // WaitForExitAsync would wait for the end of its output, too, which a nats-server holds open.
        while (!process.HasExited) await Task.Delay(10);
    }

    /// <summary>kill -9 of the host's nats-server; what watches over it is to start another one.</summary>
    public void KillNats() => BedProcesses.Signal(NatsPid, BedProcesses.Kill);

    /// <summary>The host's nats-server reads its configuration again.</summary>
    public void ReloadNats() => BedProcesses.Signal(NatsPid, BedProcesses.Hangup);

    /// <summary>A role's process does nothing until it goes on; what it started goes on.</summary>
    public void Freeze(string role) => BedProcesses.Signal(_processes[role].Id, BedProcesses.Stop);

    public void GoOn(string role) => BedProcesses.Signal(_processes[role].Id, BedProcesses.Continue);

    /// <summary>SIGTERM of one role's process, until it ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(string role)
    {
        var process = _processes[role];
        BedProcesses.Signal(process.Id, BedProcesses.Terminate);
        await process.WaitForExitAsync(new CancellationTokenSource(StopPatience).Token);
        return process.ExitCode;
    }

    /// <summary>Until a role's process ended by itself.</summary>
    public Task EndedAsync(string role) => _processes[role].WaitForExitAsync(new CancellationTokenSource(StopPatience).Token);

    public int Pid(string role) => _processes[role].Id;

    private int NatsPid => int.Parse(File.ReadAllText(Path.Combine(Data, "bus", "nats.pid")));

    /// <summary>All that its processes logged.</summary>
    public string Log() => string.Concat(System.IO.Directory.GetFiles(Path.Combine(Data, "log")).Select(File.ReadAllText));

    /// <summary>kill -9 of every role, and each starts again with a clock that is so much ahead of the machine's. What runs on (apps) keeps its own.</summary>
    public async Task SetClockAsync(TimeSpan ahead)
    {
        await _clock.SetAsync(ahead);
        foreach (var role in Plan.Roles) await KillAsync(role);
        await StartAsync();
    }

    /// <summary>Not a byte of the host's disk is left.</summary>
    public Task FillDiskAsync() => Disk.FillAsync();

    public void MakeRoom() => Disk.MakeRoom();

    private BedDisk Disk => _disk ?? throw new InvalidOperationException($"{Name} has no disk of its own: the bed's plan gives it one.");

    /// <summary>All that runs there has only a part of one processor.</summary>
    public async Task SlowDownAsync(double processors)
    {
        _brake = new BedBrake(_network.NamespaceOf(Plan), processors);
        _brake.Press(await BedProcesses.AllAsync(_network.NamespaceOf(Plan)));
    }

    public void HurryAgain()
    {
        _brake?.Release();
        _brake = null;
    }

    /// <summary>The power fails: all that runs there ends, and nobody is told.</summary>
    public async Task PowerOffAsync()
    {
        await _network.PullCableAsync(Plan);
        await BedProcesses.EndAllAsync(_network.NamespaceOf(Plan));
        foreach (var process in _processes.Values) await process.WaitForExitAsync();
    }

    public async Task PowerOnAsync()
    {
        await _network.PlugCableAsync(Plan);
        await StartAsync();
    }

    internal async Task GiveDiskAsync()
    {
        if (Plan.DiskMb > 0) _disk = await BedDisk.CreateAsync(Directory + ".disk", Directory, Plan.DiskMb);
    }

    /// <summary>Ends what runs there and removes what it left on the machine.</summary>
    internal async Task DestroyAsync()
    {
        if (!_network.Has(Plan)) return; // The bed could not be made.
        await BedProcesses.EndAllAsync(_network.NamespaceOf(Plan));
        HurryAgain();
        _disk?.MakeRoom();
        if (File.Exists(ConfigurationFile)) await RunAsync("destroy", "--yes", "--config", ConfigurationFile);
        if (_disk is not null) await _disk.RemoveAsync();
    }

    /// <param name="named">The roles that the command names.</param>
    /// <param name="roles">Those that it runs.</param>
    private async Task StartProcessAsync(string[] named, string[] roles)
    {
        var process = Start(["run", .. named, "--config", ConfigurationFile]);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        void Read(object _, DataReceivedEventArgs line)
        {
            if (line.Data is null) return;
            lock (said) said.Add(line.Data);
            if (line.Data.StartsWith($"{Name} runs ", StringComparison.Ordinal)) ready.TrySetResult();
        }
        process.OutputDataReceived += Read;
        process.ErrorDataReceived += Read;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (await Task.WhenAny(ready.Task, process.WaitForExitAsync(), Task.Delay(StartPatience)) != ready.Task)
            throw new InvalidOperationException($"{string.Join(", ", roles)} does not start on {Name}:\n{string.Join('\n', said)}");
        lock (_processes)
            foreach (var role in roles) _processes[role] = process;
    }

    private Process Start(string[] arguments)
    {
        // Another namespace of mounts, as `ip netns exec` makes it, would hide a DEA's mounts from its successor.
        var start = new ProcessStartInfo("nsenter", [.. _network.Enter(Plan), Program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TATARA_ROOT"] = Platform.Root;
        foreach (var (name, value) in _clock.Environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
