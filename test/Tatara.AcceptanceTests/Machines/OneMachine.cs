using System.Globalization;
using Tatara.Testing;

namespace Tatara.AcceptanceTests.Machines;

/// <summary>`tatara up`: all of it on this machine.</summary>
internal sealed class OneMachine : IMachines
{
    private const int TcpPortCount = 20;

    private readonly Platform _platform;

    private OneMachine(Platform platform, int number, int deas)
    {
        (_platform, Routers) = (platform, [platform]);
        TcpPorts = TcpPortsOf(number);
        Deas = [.. Enumerable.Range(0, deas).Select(index => $"dea-{index}")];
    }

    public IReadOnlyList<Platform> Routers { get; }

    public IReadOnlyList<string> Deas { get; }

    public (int First, int Last) TcpPorts { get; }

    public static async Task<OneMachine> StartAsync(string name, int number, int deas)
    {
        var ports = TcpPortsOf(number);
        return new OneMachine(await Platform.StartAsync(name, number, "--deas", $"{deas}", "--tcp-ports", $"{ports.First}-{ports.Last}"), number, deas);
    }

    public Task<(int ExitCode, string Output)> OperateAsync(params string[] command) => _platform.RunAsync(command);

    public async Task<string> OperateRoutersAsync(params string[] command)
    {
        var (exitCode, output) = await _platform.RunAsync(command);
        exitCode.ShouldBe(0, output);
        return output;
    }

    public async Task<IReadOnlyList<IRouterProcess>> BalancedRoutersAsync() => [await FurtherRouter.StartAsync(_platform, 1), await FurtherRouter.StartAsync(_platform, 2)];

    public Task KillAsync() => _platform.KillAsync();

    public Task StartAgainAsync() => _platform.StartAgainAsync();

    /// <summary>With the monitors of its containers, and what those hold.</summary>
    public Task PowerOffAsync(string dea)
    {
        Platform.Kill(_platform.DeaPid(dea));
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid)) continue;
            try
            {
                var command = File.ReadAllText(Path.Combine(directory, "cmdline"));
                if (!command.Contains("conmon", StringComparison.Ordinal) || !command.Contains(FolderOf(dea), StringComparison.Ordinal)) continue;
                foreach (var child in File.ReadAllText(Path.Combine(directory, "task", $"{pid}", "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    Platform.Kill(int.Parse(child, CultureInfo.InvariantCulture));
                Platform.Kill(pid);
            }
            catch (IOException)
            {
                // The process ended while it was looked at.
            }
        }
        return Task.CompletedTask;
    }

    public async Task StartAsync(string dea)
    {
        var process = _platform.StartDea(Deas.ToList().IndexOf(dea));
        (await process.StandardOutput.ReadLineAsync()).ShouldStartWith($"{dea} runs");
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
    }

    public string FolderOf(string dea) => Path.Combine(_platform.Data, dea);

    public ValueTask DisposeAsync() => _platform.DisposeAsync();

    private static (int First, int Last) TcpPortsOf(int number) => (18700 + number * TcpPortCount, 18700 + (number + 1) * TcpPortCount - 1);
}
