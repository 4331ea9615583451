using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tatara.Containers;

namespace Tatara.Dea.Tests.Fakes;

internal sealed class FakeContainer : IContainer
{
    private static int s_count;

    private readonly TaskCompletionSource<ContainerExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action _removed;
    private TcpListener? _listener;

    public FakeContainer(ContainerSpec spec, string logFile, Action removed)
    {
        (Spec, LogFile, _removed, Egress) = (spec, logFile, removed, spec.Egress);
        File.WriteAllText(logFile, "");
    }

    public string Handle => Spec.Handle;
    public ContainerSpec Spec { get; }
    public string Address { get; } = $"10.99.0.{Interlocked.Increment(ref s_count) % 250 + 1}";
    public DateTimeOffset StartedAt { get; } = DateTimeOffset.UtcNow;
    public string LogFile { get; }
    public long? LoggedBytes { get; set; }
    public bool Destroyed { get; private set; }
    public List<TimeSpan> Stops { get; } = [];

    /// <summary>False: it does not end when it is asked to, until <see cref="Exit"/>.</summary>
    public bool EndsOnStop { get; set; } = true;

    public void Listen()
    {
        _listener = new TcpListener(IPAddress.Loopback, Spec.Ports[0].HostPort);
        _listener.Start();
    }

    public void Write(string text, string stream = "stdout", string tag = "F") =>
        File.AppendAllText(LogFile, $"{DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture)}00+00:00 {stream} {tag} {text}\n");

    public void Exit(int code, bool outOfMemory = false)
    {
        _listener?.Stop();
        _exit.TrySetResult(new ContainerExit(code, outOfMemory, DateTimeOffset.UtcNow));
    }

    /// <summary>What it may reach now.</summary>
    public IReadOnlyList<AllowedTraffic> Egress { get; private set; }

    public Task SetEgressAsync(IReadOnlyList<AllowedTraffic> allowed, CancellationToken cancellationToken)
    {
        Egress = allowed;
        return Task.CompletedTask;
    }

    public Task<ContainerExit> WaitAsync(CancellationToken cancellationToken) => _exit.Task.WaitAsync(cancellationToken);

    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        Stops.Add(grace);
        if (EndsOnStop) Exit(143);
        await _exit.Task.WaitAsync(cancellationToken);
    }

    public Task DestroyAsync(CancellationToken cancellationToken)
    {
        Exit(137);
        Destroyed = true;
        _removed();
        return Task.CompletedTask;
    }

    /// <summary>Requests that it is at.</summary>
    public int Connections { get; set; }

    /// <summary>How often that was asked.</summary>
    public int Counted { get; private set; }

    public Task<int> CountConnectionsAsync(int port, CancellationToken cancellationToken)
    {
        Counted++;
        return Task.FromResult(Connections);
    }

    public Task<ContainerStats> StatsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new ContainerStats(DateTimeOffset.UtcNow - StartedAt, 5_000_000, 700_000, 1));
}
