using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Tatara.Configuration;

namespace Tatara.Bus;

/// <summary>
/// The nats-server beside the platform: started, watched and started again when it ends. One that an earlier run left
/// behind (kill -9) is ended first; its pid file says which.
/// </summary>
/// <param name="address">Where it listens, as the configuration says.</param>
internal sealed partial class NatsServerProcess(string directory, IPEndPoint address, Func<string> configuration, ILogger<NatsServerProcess> logger) : IAsyncDisposable
{
    /// <summary>What a server with TLS says of somebody who only looks whether it is there, as this does.</summary>
    private const string AnsweredProbe = "TLS handshake error: EOF";

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
        WriteConfiguration();
        EndLeftover();
        Launch();
        await WaitUntilItAnswersAsync(cancellationToken);
        _watching = WatchAsync(_stopping.Token);
    }

    /// <summary>Has a changed configuration take effect, without ending a connection that it still allows.</summary>
    public void Reload()
    {
        if (WriteConfiguration() && _process is { HasExited: false }) _ = SendSignal(_process.Id, Sighup);
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

    /// <returns>Whether it is another than before.</returns>
    private bool WriteConfiguration()
    {
        var text = $"pid_file: \"{PidFile}\"\n{configuration()}";
        if (File.Exists(ConfigFile) && File.ReadAllText(ConfigFile) == text) return false;
        AtomicFile.Write(ConfigFile, text, secret: true);
        return true;
    }

    private const int Sighup = 1;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);

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
            if (line.Data is { } text && !text.EndsWith(AnsweredProbe, StringComparison.Ordinal) && (text.Contains("[ERR]", StringComparison.Ordinal) || text.Contains("[FTL]", StringComparison.Ordinal)))
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
                    $"Perhaps {address} is taken: see `ss -ltnp`, or choose other ports (--ports-from). `nats-server -t -c {ConfigFile}` checks its configuration.");
            }
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(address, cancellationToken);
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
