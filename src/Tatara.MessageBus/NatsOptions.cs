using System.Net.Security;
using System.Text.Json;

namespace Tatara.MessageBus;

/// <summary>How to reach the bus.</summary>
public sealed record NatsOptions
{
    /// <summary>Servers as host:port, [IPv6]:port or nats://host:port. The next one is tried when one cannot be reached.</summary>
    public required IReadOnlyList<string> Servers { get; init; }

    /// <summary>User name, when the server asks for one.</summary>
    public string? User { get; init; }

    /// <summary>Password, when the server asks for one.</summary>
    public string? Password { get; init; }

    /// <summary>TLS, asked for at each connect so that certificates may change. With it a server that speaks none is refused; without it one that insists is.</summary>
    public Func<SslClientAuthenticationOptions>? Tls { get; init; }

    /// <summary>What the subjects of answers begin with. A server that grants each user an own beginning keeps answers from all others.</summary>
    public string InboxPrefix { get; init; } = "_INBOX";

    /// <summary>Shown by the server's monitoring: which component this is.</summary>
    public string Name { get; init; } = "tatara";

    /// <summary>How message bodies are read and written.</summary>
    public JsonSerializerOptions Json { get; init; } = JsonSerializerOptions.Web;

    /// <summary>First wait before a lost connection is tried again; doubles up to <see cref="ReconnectWaitMax"/>.</summary>
    public TimeSpan ReconnectWait { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest wait between two tries: a bus that comes back is used within this time.</summary>
    public TimeSpan ReconnectWaitMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between two tries while servers refuse this client: one that is shut out for good must not bother them each second.</summary>
    public TimeSpan RefusedWaitMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one connect, from dial to the first PONG, may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A PING goes out this often; two unanswered ones mean that the connection is dead.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Default patience of a request.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes that may wait while the bus is away. Beyond it publishing waits: memory stays bounded and nothing is dropped in silence.</summary>
    public int MaxPendingBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Messages a subscription holds for a slow reader. Beyond it the oldest are dropped and counted: a slow reader must not stop the others.</summary>
    public int SubscriptionCapacity { get; init; } = 65_536;

    /// <summary>For a log: no password.</summary>
    public override string ToString() => $"{Name} at {string.Join(", ", Servers)}";
}
