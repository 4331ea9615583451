using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tatara.Bench.Routing;

/// <summary>A server that the bench started: it is measured by what the kernel accounts to it and its children, and ended with the bench.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const double TicksPerSecond = 100;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(15);
    private readonly Process _process;

    private ServerProcess(string name, int port, Process process) => (Name, Port, _process) = (name, port, process);

    public string Name { get; }

    /// <summary>Where it answers plain HTTP on loopback; 0: nowhere.</summary>
    public int Port { get; }

    /// <summary>Starts it and waits until the port accepts connections.</summary>
    public static async Task<ServerProcess> StartAsync(string name, int port, string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        var server = new ServerProcess(name, port, process);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text) Report.Say($"  {name}: {text}");
        };
        var watch = Stopwatch.StartNew();
        while (port != 0 && !await AnswersAsync(port))
        {
            if (!process.HasExited && watch.Elapsed < StartPatience) continue;
            await server.DisposeAsync();
            throw new InvalidOperationException($"{name} does not listen on port {port}.");
        }
        return server;
    }

    /// <summary>User and system time of the process and its children so far.</summary>
    public double CpuSeconds() => ProcessIds().Sum(id =>
    {
        var stat = File.ReadAllText($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    });

    public double ResidentMegabytes() => ProcessIds().Sum(id =>
    {
        var line = File.ReadLines($"/proc/{id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    });

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private IEnumerable<int> ProcessIds()
    {
        yield return _process.Id;
        foreach (var child in File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            yield return int.Parse(child, CultureInfo.InvariantCulture);
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            await Task.Delay(20);
            return false;
        }
    }
}
