using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Tatara.Configuration;

namespace Tatara.Bus;

/// <summary>
/// The nats-server beside the platform: started, watched and started again when it ends. One that an earlier run left
/// behind (kill -9) is ended first; its pid file says which.
/// </summary>
internal sealed class NatsServerProcess(string directory, int port, string password, ILogger<NatsServerProcess> logger) : IAsyncDisposable
{
    public const string User = "tatara";

    /// <summary>The largest bus message: a batch of log lines or an app's environment fits several times over.</summary>
    private const int MaxPayloadBytes = 8 * 1024 * 1024;

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RestartWait = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopping = new();
    private Process? _process;
    private Task? _watching;

    private string ConfigFile => Path.Combine(directory, "nats.conf");
    private string PidFile => Path.Combine(directory, "nats.pid");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        AtomicFile.Write(ConfigFile, $$"""
            listen: "127.0.0.1:{{port}}"
            pid_file: "{{PidFile}}"
            max_payload: {{MaxPayloadBytes}}
            authorization { user: "{{User}}", password: "{{password}}" }

            """, secret: true);
        EndLeftover();
        Launch();
        await WaitUntilItAnswersAsync(cancellationToken);
        _watching = WatchAsync(_stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_watching is not null) await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process?.Dispose();
        _stopping.Dispose();
    }

    private void Launch()
    {
        var start = new ProcessStartInfo("nats-server") { RedirectStandardError = true };
        start.ArgumentList.Add("--config");
        start.ArgumentList.Add(ConfigFile);
        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SetupException("nats-server cannot be started: " + e.Message + ".", "Install it: apt-get install nats-server", e);
        }
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text && (text.Contains("[ERR]", StringComparison.Ordinal) || text.Contains("[FTL]", StringComparison.Ordinal)))
                logger.LogWarning("nats-server: {Line}", text);
        };
        _process.BeginErrorReadLine();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _process!.WaitForExitAsync(cancellationToken);
            logger.LogError("nats-server ended with status {Status}; starting it again", _process.ExitCode);
            await Task.Delay(RestartWait, cancellationToken);
            _process.Dispose();
            Launch();
        }
    }

    private async Task WaitUntilItAnswersAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (_process!.HasExited)
            {
                throw new SetupException($"nats-server ended with status {_process.ExitCode} at once.",
                    $"Perhaps port {port} is taken: see `ss -ltnp`, or use --ports-from.");
            }
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException) when (watch.Elapsed < StartPatience)
            {
                await Task.Delay(10, cancellationToken);
            }
        }
    }

    /// <summary>Ends the nats-server of an earlier run, when the pid file names a process that runs with our configuration.</summary>
    private void EndLeftover()
    {
        if (!File.Exists(PidFile) || !int.TryParse(File.ReadAllText(PidFile).Trim(), out var pid)) return;
        try
        {
            if (!File.ReadAllText($"/proc/{pid}/cmdline").Contains(ConfigFile, StringComparison.Ordinal)) return;
            using var leftover = Process.GetProcessById(pid);
            leftover.Kill();
            leftover.WaitForExit(StartPatience);
        }
        catch (Exception e) when (e is IOException or ArgumentException or InvalidOperationException)
        {
            logger.LogDebug("The nats-server of the earlier run is gone already ({Reason})", e.Message);
        }
        finally
        {
            File.Delete(PidFile);
        }
    }
}
