using System.Text;

namespace Tatara.Router.Proxy.Http1;

/// <summary>A request head, checked as RFC 9112 asks of servers and in doubt refused: what two parsers may read differently goes to no app.</summary>
internal sealed class RequestHead(int maxFields) : Head(maxFields)
{
    private const int MaxMethodLength = 32;

    public Part Method { get; private set; }

    /// <summary>Path and query as the app gets them; "*" for a request about the whole server.</summary>
    public Part Target { get; private set; }

    /// <summary>Without the query.</summary>
    public Part Path { get; private set; }

    /// <summary>Host and port as the client named them.</summary>
    public Part Authority { get; private set; }

    /// <summary>The host alone.</summary>
    public Part Host { get; private set; }

    public bool IsHead { get; private set; }

    /// <summary>RFC 9110 9.2.2: sending it twice does what sending it once does.</summary>
    public bool IsIdempotent { get; private set; }

    /// <summary>The protocol to switch to, or empty. Never h2c: it would tunnel requests past the router.</summary>
    public Part Upgrade { get; private set; }

    public bool HasBody => IsChunked || ContentLength > 0;

    /// <summary>Forgets the last request.</summary>
    public void Clear()
    {
        Reset([]);
        Method = Target = Path = Authority = Host = Upgrade = default;
        IsHead = IsIdempotent = false;
    }

    public HeadStatus Parse(HeadBuffer buffer)
    {
        Clear();
        Reset(buffer.Bytes);
        var head = buffer.Head;
        var lineLength = head.IndexOf((byte)'\n') - 1;
        var status = ParseRequestLine(head[..lineLength]);
        if (status == HeadStatus.Complete) status = ParseFields(head, lineLength + 2);
        if (status == HeadStatus.Complete) status = ResolveHost(head);
        if (status == HeadStatus.Complete) ReadOptions();
        return status;
    }

    private HeadStatus ParseRequestLine(ReadOnlySpan<byte> line)
    {
        var methodEnd = line.IndexOf((byte)' ');
        var versionStart = line.LastIndexOf((byte)' ') + 1;
        if (methodEnd is <= 0 or > MaxMethodLength || versionStart <= methodEnd + 1) return HeadStatus.Malformed;
        Method = new Part(0, methodEnd);
        Target = new Part(methodEnd + 1, versionStart - methodEnd - 2);
        var method = line[..methodEnd];
        if (!HeaderField.IsToken(method) || Target.IsEmpty || !IsTarget(Target.Of(line))) return HeadStatus.Malformed;
        var version = line[versionStart..];
        if (version.Length != 8 || !version.StartsWith("HTTP/"u8) || version[6] != (byte)'.') return HeadStatus.Malformed;
        if (version[5] != (byte)'1' || version[7] is not ((byte)'0' or (byte)'1')) return HeadStatus.UnsupportedVersion;
        MinorVersion = version[7] - '0';
        IsHead = method.SequenceEqual("HEAD"u8);
        IsIdempotent = IsHead || method.SequenceEqual("GET"u8) || method.SequenceEqual("PUT"u8) || method.SequenceEqual("DELETE"u8)
            || method.SequenceEqual("OPTIONS"u8) || method.SequenceEqual("TRACE"u8);
        return HeadStatus.Complete;
    }

    /// <summary>Visible characters, and the bytes above ASCII that curl sends as they were typed.</summary>
    private static bool IsTarget(ReadOnlySpan<byte> target) =>
        !target.ContainsAnyInRange((byte)0, (byte)' ') && !target.ContainsAny((byte)0x7F, (byte)'#');

    /// <summary>Exactly one Host; an absolute target must name the same.</summary>
    private HeadStatus ResolveHost(ReadOnlySpan<byte> head)
    {
        var hosts = 0;
        foreach (var field in Fields)
        {
            if (field.Id != FieldId.Host) continue;
            Authority = field.Value;
            hosts++;
        }
        if (hosts > 1) return HeadStatus.Malformed;
        var target = Target.Of(head);
        if (target[0] != (byte)'/' && !ReadOtherForm(head, target, hosts)) return HeadStatus.Malformed;
        if (Authority.IsEmpty) return hosts == 0 && MinorVersion == 1 ? HeadStatus.Malformed : HeadStatus.EmptyHost;
        var query = this[Target].IndexOf((byte)'?');
        Path = query < 0 ? Target : new Part(Target.Start, query);
        return TrySplitAuthority(this[Authority], out var hostLength) ? SetHost(hostLength) : HeadStatus.Malformed;
    }

    private HeadStatus SetHost(int length)
    {
        Host = new Part(Authority.Start, length);
        // A name may end with the root's dot.
        if (this[Host] is [_, .., (byte)'.']) Host = new Part(Host.Start, length - 1);
        return HeadStatus.Complete;
    }

    /// <summary>"*" of OPTIONS, or "http://host/path"; CONNECT's "host:port" asks for a forward proxy, which this is not.</summary>
    private bool ReadOtherForm(ReadOnlySpan<byte> head, ReadOnlySpan<byte> target, int hosts)
    {
        if (target.SequenceEqual("*"u8)) return this[Method].SequenceEqual("OPTIONS"u8);
        var scheme = target.IndexOf("://"u8);
        if (scheme < 0 || !(Ascii.EqualsIgnoreCase(target[..scheme], "http"u8) || Ascii.EqualsIgnoreCase(target[..scheme], "https"u8))) return false;
        var start = scheme + 3;
        var length = target[start..].IndexOfAny((byte)'/', (byte)'?');
        if (length < 0 || target[start + length] != (byte)'/') return false;
        var authority = new Part(Target.Start + start, length);
        if (hosts == 1 && !Ascii.EqualsIgnoreCase(authority.Of(head), Authority.Of(head))) return false;
        Authority = authority;
        Target = new Part(authority.End, Target.End - authority.End);
        return true;
    }

    /// <summary>Splits "host[:port]" and checks that it is nothing else: no user, no path, no list.</summary>
    private static bool TrySplitAuthority(ReadOnlySpan<byte> authority, out int hostLength)
    {
        var isLiteral = authority[0] == (byte)'[';
        hostLength = isLiteral ? authority.IndexOf((byte)']') + 1 : authority.IndexOf((byte)':');
        if (hostLength < 0) hostLength = authority.Length;
        if (hostLength == 0) return false;
        foreach (var b in authority[..hostLength])
        {
            var isInName = char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-' or (byte)'_' or > 0x7F;
            var isInLiteral = isLiteral && (char.IsAsciiHexDigit((char)b) || b is (byte)'[' or (byte)']' or (byte)':' or (byte)'.');
            if (!(isLiteral ? isInLiteral : isInName)) return false;
        }
        var port = authority[hostLength..];
        return port.IsEmpty || (port[0] == (byte)':' && port.Length <= 6 && !port[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9'));
    }

    private void ReadOptions()
    {
        foreach (var field in Fields)
        {
            if (field.Id == FieldId.Upgrade && HasUpgradeOption && MinorVersion == 1 && !HasBody && !HasOption(this[field.Value], "h2c"u8))
                Upgrade = field.Value;
        }
    }
}
