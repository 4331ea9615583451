using System.Globalization;
using System.Text;

namespace Tatara.Router.OwnAnswers;

/// <summary>An answer that the router gives instead of an app.</summary>
/// <param name="Location">Where to go instead; null: nowhere.</param>
internal sealed record OwnAnswer(int Status, string Reason, string Body, string? Location = null)
{
    /// <summary>The whole response, as HTTP/1.1 has it.</summary>
    /// <param name="closes">The connection ends with it.</param>
    /// <param name="isHead">The request was HEAD: the body is left out, its length is not.</param>
    public byte[] Render(ReadOnlySpan<byte> requestId, bool closes, bool isHead)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} {Reason}\r\n");
        if (Location is not null) text.Append("Location: ").Append(Location).Append("\r\n");
        text.Append("Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n");
        text.Append(CultureInfo.InvariantCulture, $"X-Vcap-Request-Id: {Encoding.ASCII.GetString(requestId)}\r\nContent-Length: {Encoding.Latin1.GetByteCount(Body)}\r\n");
        if (closes) text.Append("Connection: close\r\n");
        text.Append("\r\n");
        if (!isHead) text.Append(Body);
        return Encoding.Latin1.GetBytes(text.ToString());
    }
}
