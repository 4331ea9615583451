using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Testing.Beds;

namespace Tatara.ChaosTests;

/// <summary>A message as it was on the bus.</summary>
internal sealed record BusMessage(string Subject, string? ReplyTo, byte[] Body);

/// <summary>
/// The bus in the hands of somebody who hears all, says again what others said, and takes words from members' mouths. The role that watches over
/// each nats-server stands still, so that nobody mends the server's configuration; the servers and all connections go on.
/// </summary>
internal sealed partial class TakenBus : IAsyncDisposable
{
    private readonly BedHost[] _hosts;
    private readonly Dictionary<string, string> _configurations;
    private readonly HashSet<(string Member, string Subject)> _silenced = [];
    private readonly string _taker;
    private readonly NatsConnection _bus;
    private readonly ConcurrentQueue<BusMessage> _heard = new();
    private readonly ConcurrentDictionary<string, int> _own = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private Task _hearing = Task.CompletedTask;

    private TakenBus(Bed bed)
    {
        _hosts = [.. bed.With("bus")];
        _configurations = _hosts.ToDictionary(FileOf, host => File.ReadAllText(FileOf(host)));
        _taker = $"{bed.Founder.Name}.operator{PeerName.Suffix}";
        var cluster = Path.Combine(bed.Founder.Data, "cluster");
        var tls = new PeerTls(new PeerFiles(Path.Combine(cluster, "ca.crt"), Path.Combine(cluster, "operator.crt"), Path.Combine(cluster, "host.key"), Path.Combine(cluster, "members.json")));
        var port = ListenAddress().Match(_configurations.Values.First()).Groups[1].Value;
        _bus = new NatsConnection(new NatsOptions
        {
            Servers = [.. _hosts.Select(host => $"{host.Address}:{port}")],
            Tls = () => tls.Client(PeerName.OfRole(PeerRole.Bus)),
        });
    }

    /// <summary>What members said since it was taken.</summary>
    public IReadOnlyCollection<BusMessage> Heard => _heard;

    /// <summary>Told of each message of a member, at once.</summary>
    public event Action<BusMessage>? Spoken;

    public static async Task<TakenBus> TakeAsync(Bed bed)
    {
        var taken = new TakenBus(bed);
        foreach (var host in taken._hosts) host.Freeze("bus");
        taken.Configure();
        var subscription = await taken._bus.SubscribeCoreAsync<NatsBody>(">");
        taken._hearing = taken.HearAsync(subscription);
        await taken._bus.PingAsync();
        return taken;
    }

    /// <summary>What members publish on subjects from now on is lost, and they are not told.</summary>
    /// <param name="words">Members (host and role, with a dot between) and subjects.</param>
    public void Silence(IEnumerable<(string Member, string Subject)> words)
    {
        foreach (var (member, subject) in words) _silenced.Add((member + PeerName.Suffix, subject));
        Configure();
    }

    public void LetSpeak()
    {
        _silenced.Clear();
        Configure();
    }

    /// <summary>Says again what somebody said.</summary>
    public async Task RepeatAsync(BusMessage message)
    {
        _own.AddOrUpdate(KeyOf(message), 1, (_, count) => count + 1);
        await _bus.PublishBytesAsync(message.Subject, message.Body, message.ReplyTo);
    }

    /// <summary>The bus is what it was: its roles go on, and each gives its server the configuration that it has to have.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _hearing;
        await _bus.DisposeAsync();
        foreach (var host in _hosts) host.GoOn("bus");
        _stopping.Dispose();
    }

    private async Task HearAsync(NatsSubscription<NatsBody> subscription)
    {
        await using var ending = subscription;
        try
        {
            await foreach (var message in subscription.ReadAllAsync(_stopping.Token))
            {
                var heard = new BusMessage(message.Subject, message.ReplyTo, message.Data.Bytes.ToArray());
                if (IsOwn(heard)) continue;
                _heard.Enqueue(heard);
                Spoken?.Invoke(heard);
            }
        }
        catch (OperationCanceledException)
        {
            // The bus is given back.
        }
    }

    private bool IsOwn(BusMessage message)
    {
        var key = KeyOf(message);
        while (_own.TryGetValue(key, out var count) && count > 0)
            if (_own.TryUpdate(key, count - 1, count)) return true;
        return false;
    }

    private static string KeyOf(BusMessage message) => $"{message.Subject} {message.ReplyTo} {Convert.ToBase64String(message.Body)}";

    /// <summary>Every server reads who may say what; connections stay.</summary>
    private void Configure()
    {
        foreach (var host in _hosts)
        {
            // What servers complain of goes to a file: who reads it stands still, and a full pipe would halt the server.
            var complaints = $"log_file: \"{FileOf(host)}.log\"\n";
            File.WriteAllText(FileOf(host), complaints + Permissions().Replace(_configurations[FileOf(host)], Rewrite));
            host.ReloadNats();
        }
    }

    private string Rewrite(Match line)
    {
        var user = line.Groups["user"].Value;
        if (user == _taker) return $"{{ user: \"{user}\", permissions: {{ publish: [\">\"], subscribe: [\">\"] }} }}";
        var denied = string.Join(", ", _silenced.Where(word => word.Member == user).Select(word => $"\"{word.Subject}\""));
        return $"{{ user: \"{user}\", permissions: {{ publish: {{ allow: {line.Groups["publish"].Value}, deny: [{denied}] }}, subscribe: {line.Groups["subscribe"].Value} }} }}";
    }

    private static string FileOf(BedHost host) => Path.Combine(host.Data, "bus", "nats.conf");

    [GeneratedRegex("""^listen: "[^:]+:(\d+)"$""", RegexOptions.Multiline)]
    private static partial Regex ListenAddress();

    [GeneratedRegex("""\{ user: "(?<user>[^"]+)", permissions: \{ publish: (?<publish>\[[^\]]*\]), subscribe: (?<subscribe>\[[^\]]*\]) \} \}""")]
    private static partial Regex Permissions();
}
