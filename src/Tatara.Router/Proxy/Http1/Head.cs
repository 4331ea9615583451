using System.Text;

namespace Tatara.Router.Proxy.Http1;

/// <summary>What requests and responses have in common: fields, framing and connection options. Used again for each message.</summary>
internal abstract class Head(int maxFields)
{
    private const int UsualFields = 32;

    private HeaderField[] _fields = new HeaderField[Math.Min(UsualFields, maxFields)];
    private byte[] _buffer = [];
    private int _count;
    private int _options;

    /// <summary>The second digit of HTTP/1.x.</summary>
    public int MinorVersion { get; protected set; }

    /// <summary>The declared length of the body, -1 when none is.</summary>
    public long ContentLength { get; private set; }

    public bool IsChunked { get; private set; }

    /// <summary>Whether the peer closes the connection after this message.</summary>
    public bool Closes { get; private set; }

    /// <summary>Whether the peer would switch to another protocol, or does.</summary>
    public bool HasUpgradeOption { get; private set; }

    public ReadOnlySpan<HeaderField> Fields => _fields.AsSpan(0, _count);

    /// <summary>Bytes of the message that a part is in.</summary>
    public ReadOnlySpan<byte> this[Part part] => part.Of(_buffer);

    /// <summary>The first field of that name; its value is empty when there is none.</summary>
    public Part Find(FieldId id)
    {
        foreach (var field in Fields)
            if (field.Id == id) return field.Value;
        return default;
    }

    /// <summary>Whether the Connection field names this one as meant for the next hop only. Fields that the router knows follow its own rules.</summary>
    public bool IsNominated(in HeaderField field)
    {
        if (field.Id != FieldId.Other || _options == 0) return false;
        foreach (var connection in Fields)
            if (connection.Id == FieldId.Connection && HasOption(this[connection.Value], this[field.Name])) return true;
        return false;
    }

    protected void Reset(byte[] buffer)
    {
        _buffer = buffer;
        _count = _options = MinorVersion = 0;
        ContentLength = -1;
        IsChunked = Closes = HasUpgradeOption = false;
    }

    /// <summary>Reads every field line from the position up to the empty line.</summary>
    protected HeadStatus ParseFields(ReadOnlySpan<byte> head, int position)
    {
        Closes = MinorVersion == 0;
        while (position < head.Length - 2)
        {
            var length = head[position..].IndexOf((byte)'\n') - 1;
            if (!HeaderField.TryParse(head.Slice(position, length), position, out var field)) return HeadStatus.Malformed;
            if (_count == maxFields) return HeadStatus.TooLarge;
            if (_count == _fields.Length) Array.Resize(ref _fields, Math.Min(2 * _count, maxFields));
            _fields[_count++] = field;
            var status = field.Id switch
            {
                FieldId.ContentLength => ReadContentLength(field.Value.Of(head)),
                FieldId.TransferEncoding => ReadTransferEncoding(field.Value.Of(head)),
                FieldId.Connection => ReadConnection(field.Value.Of(head)),
                _ => HeadStatus.Complete,
            };
            if (status != HeadStatus.Complete) return status;
            position += length + 2;
        }
        // RFC 9112 6.3: both at once is how requests are smuggled. HTTP/1.0 has no transfer encodings.
        return IsChunked && (ContentLength >= 0 || MinorVersion == 0) ? HeadStatus.Malformed : HeadStatus.Complete;
    }

    /// <summary>Whether a comma-separated list has the option, of any case.</summary>
    public static bool HasOption(ReadOnlySpan<byte> list, ReadOnlySpan<byte> option)
    {
        foreach (var range in list.Split((byte)','))
            if (Ascii.EqualsIgnoreCase(list[range].Trim(" \t"u8), option)) return true;
        return false;
    }

    /// <summary>Digits only, once only: "5, 5" and a second field are refused, even when they agree.</summary>
    private HeadStatus ReadContentLength(ReadOnlySpan<byte> value)
    {
        const int longestThatFits = 18;
        if (ContentLength >= 0 || value.IsEmpty || value.Length > longestThatFits) return HeadStatus.Malformed;
        long length = 0;
        foreach (var digit in value)
        {
            if (!char.IsAsciiDigit((char)digit)) return HeadStatus.Malformed;
            length = length * 10 + (digit - '0');
        }
        ContentLength = length;
        return HeadStatus.Complete;
    }

    private HeadStatus ReadTransferEncoding(ReadOnlySpan<byte> value)
    {
        if (IsChunked) return HeadStatus.Malformed;
        if (!Ascii.EqualsIgnoreCase(value, "chunked"u8)) return HeadStatus.UnsupportedEncoding;
        IsChunked = true;
        return HeadStatus.Complete;
    }

    private HeadStatus ReadConnection(ReadOnlySpan<byte> value)
    {
        foreach (var range in value.Split((byte)','))
        {
            var option = value[range].Trim(" \t"u8);
            if (option.IsEmpty) continue;
            if (!HeaderField.IsToken(option) || ++_options > ProxyLimits.MaxConnectionOptions) return HeadStatus.Malformed;
            if (Ascii.EqualsIgnoreCase(option, "close"u8)) Closes = true;
            else if (Ascii.EqualsIgnoreCase(option, "keep-alive"u8)) Closes &= MinorVersion != 0;
            else if (Ascii.EqualsIgnoreCase(option, "upgrade"u8)) HasUpgradeOption = true;
        }
        return HeadStatus.Complete;
    }
}
