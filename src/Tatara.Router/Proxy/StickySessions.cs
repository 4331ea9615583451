using System.Text;
using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Proxy;

/// <summary>
/// Sessions that stick to an instance: when an app sets a session cookie, the router sets one of its own beside it,
/// with the instance's id and the same lifetime; a request with both goes to that instance.
/// </summary>
internal sealed class StickySessions(IReadOnlyList<string> sessionCookies)
{
    private static ReadOnlySpan<byte> VcapId => "__VCAP_ID__"u8;

    /// <summary>The instance id that the request's cookies name, empty when it has no session.</summary>
    public Part FindInstance(RequestHead request)
    {
        Part instance = default;
        var hasSession = false;
        foreach (var field in request.Fields)
        {
            if (field.Id != FieldId.Cookie) continue;
            var cookies = request[field.Value];
            foreach (var range in cookies.Split((byte)';'))
            {
                var cookie = cookies[range];
                var (name, value) = SplitPair(cookie);
                if (name.SequenceEqual(VcapId))
                {
                    cookies.Overlaps(value, out var offset);
                    instance = new Part(field.Value.Start + offset, value.Length);
                }
                else
                {
                    hasSession |= IsSession(name);
                }
            }
        }
        return hasSession ? instance : default;
    }

    /// <summary>Names the instance that answered, when the app began a session or another instance had to take one over.</summary>
    public void WriteCookie(Exchange exchange, ref SpanWriter writer)
    {
        if (exchange.Endpoint is not { } endpoint) return;
        ReadOnlySpan<byte> attributes = default;
        var begins = !exchange.StickyId.IsEmpty && !Ascii.Equals(exchange.Request[exchange.StickyId], endpoint.InstanceId);
        foreach (var field in exchange.Response.Fields)
        {
            if (field.Id != FieldId.SetCookie) continue;
            var cookie = exchange.Response[field.Value];
            var end = cookie.IndexOf((byte)';');
            if (!IsSession(SplitPair(end < 0 ? cookie : cookie[..end]).Name)) continue;
            begins = true;
            attributes = end < 0 ? default : cookie[end..];
        }
        if (!begins) return;
        writer.Write("Set-Cookie: __VCAP_ID__="u8);
        writer.Write(endpoint.InstanceId);
        writer.Write("; Path=/; HttpOnly"u8);
        WriteLifetime(attributes, ref writer);
        writer.Write("\r\n"u8);
    }

    private static void WriteLifetime(ReadOnlySpan<byte> attributes, ref SpanWriter writer)
    {
        foreach (var range in attributes.Split((byte)';'))
        {
            var attribute = attributes[range].Trim(" \t"u8);
            var (name, _) = SplitPair(attribute);
            if (!IsCopied(name)) continue;
            writer.Write("; "u8);
            writer.Write(attribute);
        }
    }

    private static bool IsCopied(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "secure"u8) || Ascii.EqualsIgnoreCase(name, "samesite"u8) || Ascii.EqualsIgnoreCase(name, "partitioned"u8)
        || Ascii.EqualsIgnoreCase(name, "expires"u8) || Ascii.EqualsIgnoreCase(name, "max-age"u8);

    private bool IsSession(ReadOnlySpan<byte> name)
    {
        foreach (var session in sessionCookies)
            if (Ascii.Equals(name, session)) return true;
        return false;
    }

    private static Pair SplitPair(ReadOnlySpan<byte> pair)
    {
        var equals = pair.IndexOf((byte)'=');
        return equals < 0 ? new(pair.Trim(" \t"u8), default) : new(pair[..equals].Trim(" \t"u8), pair[(equals + 1)..].Trim(" \t\""u8));
    }

    private readonly ref struct Pair(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        public readonly ReadOnlySpan<byte> Name = name;
        public readonly ReadOnlySpan<byte> Value = value;

        public void Deconstruct(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
        {
            name = Name;
            value = Value;
        }
    }
}
