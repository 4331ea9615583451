using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tatara.Router.Tests.Support;

/// <summary>A socket and the patience to read what HTTP comes out of it.</summary>
public sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    public RawClient(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    public static async Task<RawClient> ConnectAsync(IPEndPoint endpoint)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint);
        return new RawClient(socket);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await Socket.SendAsync(bytes).AsTask().WaitAsync(Patience)..];
    }

    /// <summary>A head, up to and with its empty line; null at the end of the stream.</summary>
    public async Task<string?> ReadHeadAsync()
    {
        var head = new StringBuilder();
        while (head.Length < 4 || head.ToString(head.Length - 4, 4) != "\r\n\r\n")
        {
            if (await ReadByteAsync() is not { } b) return head.Length == 0 ? null : throw new IOException($"Cut off after: {head}");
            head.Append((char)b);
        }
        return head.ToString();
    }

    public async Task<RawResponse> ReadResponseAsync(bool isHead = false)
    {
        var head = await ReadHeadAsync() ?? throw new IOException("Closed without an answer.");
        var response = new RawResponse(head);
        if (isHead || response.Status is 204 or 304 || response.Status < 200) return response;
        if (response["Transfer-Encoding"] == "chunked") (response.Body, response.Trailers) = await ReadChunksAsync();
        else if (response["Content-Length"] is { } length) response.Body = await ReadTextAsync(int.Parse(length));
        else response.Body = await ReadToEndAsync();
        return response;
    }

    public async Task<(string Body, string Trailers)> ReadChunksAsync()
    {
        var body = new StringBuilder();
        while (true)
        {
            var size = Convert.ToInt32(await ReadLineAsync(), 16);
            if (size == 0) break;
            body.Append(await ReadTextAsync(size));
            (await ReadLineAsync()).ShouldBe("");
        }
        var trailers = "";
        while (await ReadLineAsync() is { Length: > 0 } line) trailers += line + "\n";
        return (body.ToString(), trailers);
    }

    public async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            var b = await ReadByteAsync() ?? throw new IOException($"Cut off after: {line}");
            if (b == '\n') break;
            line.Append((char)b);
        }
        return line.ToString().TrimEnd('\r');
    }

    public async Task<string> ReadTextAsync(int count)
    {
        var text = new StringBuilder(count);
        while (text.Length < count)
        {
            if (!await FillAsync()) throw new IOException($"Cut off after {text.Length} of {count} bytes.");
            var take = Math.Min(count - text.Length, _end - _start);
            text.Append(Encoding.Latin1.GetString(_buffer, _start, take));
            _start += take;
        }
        return text.ToString();
    }

    /// <summary>What came with the last read and was not taken.</summary>
    public string ReadBuffered()
    {
        var text = Encoding.Latin1.GetString(_buffer, _start, _end - _start);
        _start = _end;
        return text;
    }

    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        while (await FillAsync())
        {
            text.Append(Encoding.Latin1.GetString(_buffer, _start, _end - _start));
            _start = _end;
        }
        return text.ToString();
    }

    /// <summary>What comes until the other side closes or resets.</summary>
    public async Task<string> ReadUntilGoneAsync()
    {
        var text = new StringBuilder();
        try
        {
            while (await ReadByteAsync() is { } b) text.Append((char)b);
        }
        catch (SocketException)
        {
        }
        return text.ToString();
    }

    /// <summary>Whether the other side closes, by FIN or reset, within the time and without sending more.</summary>
    public async Task<bool> IsClosedAsync(double seconds = 5)
    {
        try
        {
            return !await FillAsync().WaitAsync(TimeSpan.FromSeconds(seconds));
        }
        catch (SocketException)
        {
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public void Dispose() => Socket.Dispose();

    private async Task<byte?> ReadByteAsync() => await FillAsync() ? _buffer[_start++] : null;

    private async Task<bool> FillAsync()
    {
        if (_start < _end) return true;
        _start = 0;
        _end = await Socket.ReceiveAsync(_buffer).WaitAsync(Patience);
        return _end > 0;
    }
}

/// <summary>A response as it was on the wire.</summary>
public sealed class RawResponse(string head)
{
    private readonly string[] _lines = head.Split("\r\n");

    public string Head { get; } = head;
    public int Status => int.Parse(_lines[0].Split(' ')[1]);
    public string Body { get; set; } = "";
    public string Trailers { get; set; } = "";

    /// <summary>The value of a field, null when there is none.</summary>
    public string? this[string name] => All(name).FirstOrDefault();

    public IEnumerable<string> All(string name) =>
        from line in _lines.Skip(1)
        let colon = line.IndexOf(':')
        where colon > 0 && line[..colon].Equals(name, StringComparison.OrdinalIgnoreCase)
        select line[(colon + 1)..].Trim();
}
