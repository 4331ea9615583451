using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;

namespace Tatara.MessageBus;

public sealed partial class NatsConnection
{
    /// <summary>INFO comes in the clear; what follows is encrypted when there is TLS. Returns the stream to go on with.</summary>
    private async Task<Stream> GreetAsync(NetworkStream network, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(network, new StreamPipeReaderOptions(leaveOpen: true));
        var info = ReadInfo(await ReadLineAsync(reader, cancellationToken));
        await reader.CompleteAsync();
        _maxPayload = info.MaxPayload > 0 ? info.MaxPayload : int.MaxValue;
        if (_options.Tls is not { } tls)
            return info.TlsRequired ? throw new NatsException("The server insists on TLS, and this client was given no certificate.") : network;
        if (!info.TlsRequired && !info.TlsAvailable) throw new NatsException("The server speaks no TLS, and this client nothing else.");
        var secure = new SslStream(network, leaveInnerStreamOpen: true);
        try
        {
            await secure.AuthenticateAsClientAsync(tls(), cancellationToken);
            return secure;
        }
        catch (AuthenticationException e)
        {
            await secure.DisposeAsync();
            throw new NatsException($"The server cannot be trusted: {e.Message}", e);
        }
    }

    /// <summary>CONNECT goes, PING is answered. No message can come in between, for nothing is subscribed to yet.</summary>
    private async ValueTask ShakeHandsAsync(Stream stream, PipeReader reader, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"CONNECT {ConnectBody()}\r\nPING\r\n"), cancellationToken);
        while (true)
        {
            var line = await ReadLineAsync(reader, cancellationToken);
            if (line == "PONG") return;
            if (line.StartsWith("-ERR", StringComparison.Ordinal)) throw new NatsRefusedException($"The server refuses user '{_options.User}': {Shorten(line)}");
            if (!line.StartsWith("INFO ", StringComparison.Ordinal) && line is not ("PING" or "+OK")) throw Unexpected(line);
        }
    }

    /// <summary>From here on others may add subscriptions at the same time; one that is sent twice is the same to the server.</summary>
    private async ValueTask SubscribeAllAsync(Stream stream, CancellationToken cancellationToken)
    {
        _isSessionOpen = true;
        var lines = new StringBuilder();
        foreach (var subscription in _subscriptions.Values) lines.Append(SubscribeLine(subscription));
        await stream.WriteAsync(Encoding.UTF8.GetBytes(lines.ToString()), cancellationToken);
    }

    private string ConnectBody() => JsonSerializer.Serialize(new ConnectOptions(
        Verbose: false, Pedantic: false, TlsRequired: _options.Tls is not null, Name: _options.Name, Lang: "dotnet", Version: "1",
        Protocol: 1, Headers: true, NoResponders: true, User: _options.User, Pass: _options.Password), NatsJson.Default.ConnectOptions);

    private static ServerInfo ReadInfo(string line)
    {
        const string verb = "INFO ";
        if (!line.StartsWith(verb, StringComparison.Ordinal)) throw new NatsException($"The server greets with '{Shorten(line)}' instead of INFO: is it a NATS server?");
        try
        {
            return JsonSerializer.Deserialize(line.AsSpan(verb.Length), NatsJson.Default.ServerInfo) ?? throw Unexpected(line);
        }
        catch (JsonException e)
        {
            throw new NatsException($"The server's INFO cannot be read: {Shorten(line)}", e);
        }
    }

    private static async Task<string> ReadLineAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.UTF8.GetString(result.Buffer.Slice(0, end)).TrimEnd('\r');
                reader.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line;
            }
            if (result.IsCompleted) throw new NatsException("The server closed the connection during the handshake.");
            if (result.Buffer.Length > MaxLineBytes) throw new NatsException("The server greets with a line that never ends.");
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static NatsException Unexpected(string line) => new($"The server sends '{Shorten(line)}', which is not NATS.");

    /// <summary>For the log: short, and without what would confuse a terminal.</summary>
    private static string Shorten(string text)
    {
        const int longest = 120;
        var shown = text.Length <= longest ? text : text[..longest] + "…";
        return string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c));
    }
}
