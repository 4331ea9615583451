namespace Tatara.Router.Proxy.Http1;

/// <summary>A response head. An endpoint is an app that anyone may have written: it is checked like a client.</summary>
internal sealed class ResponseHead(int maxFields) : Head(maxFields)
{
    public int Status { get; private set; }

    /// <summary>The code and reason, e.g. "404 Not Found".</summary>
    public Part StatusText { get; private set; }

    public bool IsInterim => Status is >= 100 and < 200 && Status != SwitchingProtocols;

    public const int SwitchingProtocols = 101;

    /// <summary>Forgets the last response.</summary>
    public void Clear() => Reset([]);

    public HeadStatus Parse(HeadBuffer buffer)
    {
        Reset(buffer.Bytes);
        var head = buffer.Head;
        var lineLength = head.IndexOf((byte)'\n') - 1;
        var line = head[..lineLength];
        // "HTTP/1.1 200 OK"; the reason may be missing.
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != (byte)' ') return HeadStatus.Malformed;
        MinorVersion = line[7] - '0';
        var code = line.Slice(9, 3);
        if (code.ContainsAnyExceptInRange((byte)'0', (byte)'9') || code[0] == (byte)'0') return HeadStatus.Malformed;
        if (line.Length > 12 && line[12] != (byte)' ') return HeadStatus.Malformed;
        if (!HeaderField.IsValue(line)) return HeadStatus.Malformed;
        Status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
        StatusText = new Part(9, lineLength - 9);
        return ParseFields(head, lineLength + 2);
    }
}
