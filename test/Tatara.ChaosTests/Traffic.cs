using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using Tatara.Testing.Beds;

namespace Tatara.ChaosTests;

/// <summary>An app, and a word that only its answers have.</summary>
internal sealed record KnownApp(string Name, string Says);

/// <summary>What became of the requests.</summary>
/// <param name="Failures">No answer, or not the app's.</param>
/// <param name="Strangers">Answers of another app.</param>
internal sealed record TrafficReport(int Requests, IReadOnlyList<string> Failures, IReadOnlyList<string> Strangers, TimeSpan Slowest);

/// <summary>
/// Users, as long as it goes on: each asks one app after the other, and counts. In front of the routers stands what a load balancer
/// does: a router that takes no connection is left out.
/// </summary>
internal sealed class Traffic : IAsyncDisposable
{
    /// <summary>Each has one request under way.</summary>
    public const int Users = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(1);

    private readonly Bed _bed;
    private readonly KnownApp[] _apps;
    private readonly string[] _routers;
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentQueue<string> _strangers = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _users;
    private int _requests;
    private long _slowest;

    private Traffic(Bed bed, KnownApp[] apps)
    {
        (_bed, _apps) = (bed, apps);
        _routers = [.. bed.With("router").Select(host => host.Address)];
        _users = Task.WhenAll(Enumerable.Range(0, Users).Select(user => Task.Run(() => UseAsync(user))));
    }

    public static Traffic Start(Bed bed, params KnownApp[] apps) => new(bed, apps);

    public async Task<TrafficReport> StopAsync()
    {
        await _stopping.CancelAsync();
        await _users;
        return new TrafficReport(_requests, [.. _failures], [.. _strangers], TimeSpan.FromTicks(_slowest));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task UseAsync(int user)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, ConnectCallback = (_, cancelled) => ConnectAsync(user, cancelled) }) { Timeout = Patience };
        client.DefaultRequestHeaders.ConnectionClose = true;
        for (var turn = user; !_stopping.IsCancellationRequested; turn++)
        {
            await AskAsync(client, _apps[turn % _apps.Length]);
            await Task.Delay(Pause);
        }
    }

    private async Task AskAsync(HttpClient client, KnownApp app)
    {
        var watch = Stopwatch.StartNew();
        Interlocked.Increment(ref _requests);
        try
        {
            using var response = await client.GetAsync(new Uri($"http://{app.Name}.{_bed.Domain}/"));
            var body = await response.Content.ReadAsStringAsync();
            if (_apps.Any(other => other != app && body.Contains(other.Says, StringComparison.Ordinal))) _strangers.Enqueue($"{app.Name} answered: {body}");
            if (!response.IsSuccessStatusCode || !body.Contains(app.Says, StringComparison.Ordinal))
                _failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {app.Name}: {(int)response.StatusCode} {(response.Headers.TryGetValues("X-Cf-RouterError", out var why) ? string.Join(',', why) : body)}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            _failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {app.Name} after {watch.Elapsed.TotalSeconds:0.0} s: {e.GetBaseException().Message}");
        }
        for (var slowest = _slowest; watch.Elapsed.Ticks > slowest; slowest = _slowest) Interlocked.CompareExchange(ref _slowest, watch.Elapsed.Ticks, slowest);
    }

    private async ValueTask<Stream> ConnectAsync(int user, CancellationToken cancelled)
    {
        SocketException? last = null;
        for (var turn = 0; turn < _routers.Length; turn++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
            patience.CancelAfter(ConnectPatience);
            try
            {
                await socket.ConnectAsync(_routers[(user + turn) % _routers.Length], 80, patience.Token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancelled.IsCancellationRequested))
            {
                socket.Dispose();
                last = e as SocketException ?? new SocketException((int)SocketError.TimedOut);
            }
        }
        throw last!;
    }
}
