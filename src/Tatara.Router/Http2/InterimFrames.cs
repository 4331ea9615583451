using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Tatara.Router.Loops;
using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Http2;

/// <summary>
/// Interim answers (103 Early Hints) on their way to an HTTP/2 client. Kestrel cannot send them, so the loop that passes
/// on what it does send puts them in between. They are written without HPACK's tables, whose state is Kestrel's.
/// </summary>
internal sealed class InterimFrames(Loop loop)
{
    /// <summary>What every client takes (SETTINGS_MAX_FRAME_SIZE). Larger hints are not worth a second frame.</summary>
    private const int MaxPayload = 16_384;

    private const int FrameHeaderBytes = 9;

    private readonly Queue<Frame> _waiting = new();
    private LoopSocket? _kestrel;

    public readonly record struct Frame(byte[] Bytes, TaskCompletionSource Sent);

    public void Begin(LoopSocket kestrel) => _kestrel = kestrel;

    /// <summary>Of the loop: the connection is done.</summary>
    public void End()
    {
        _kestrel = null;
        while (_waiting.TryDequeue(out var frame)) frame.Sent.TrySetCanceled();
    }

    /// <summary>Of the loop: the next one to send.</summary>
    public bool TryTake(out Frame frame) => _waiting.TryDequeue(out frame);

    /// <summary>Ends when it was sent, and what is to follow may follow. For any thread.</summary>
    public Task SendAsync(byte[] frame)
    {
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            if (_kestrel is null)
            {
                sent.TrySetCanceled();
                return;
            }
            _waiting.Enqueue(new Frame(frame, sent));
            _kestrel.Interrupt();
        });
        return sent.Task;
    }

    /// <summary>A HEADERS frame; null when it would be too large.</summary>
    public static byte[]? TryWrite(int stream, ResponseHead response)
    {
        const byte headers = 1, endHeaders = 0x4;
        const byte statusWithoutIndexing = 0x08;
        var block = new ArrayBufferWriter<byte>();
        block.Write<byte>([statusWithoutIndexing]);
        WriteText(Encoding.ASCII.GetBytes(response.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)), block);
        foreach (var field in response.Fields)
        {
            if (field.Id is FieldId.Connection or FieldId.TransferEncoding or FieldId.KeepAlive or FieldId.Upgrade or FieldId.ProxyConnection or FieldId.ContentLength) continue;
            block.Write<byte>([0]); // Without indexing, with a name of its own.
            WriteText(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(response[field.Name]).ToLowerInvariant()), block);
            WriteText(response[field.Value], block);
            if (block.WrittenCount > MaxPayload) return null;
        }
        var frame = new byte[FrameHeaderBytes + block.WrittenCount];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)block.WrittenCount << 8);
        (frame[3], frame[4]) = (headers, endHeaders);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        block.WrittenSpan.CopyTo(frame.AsSpan(FrameHeaderBytes));
        return frame;
    }

    /// <summary>A length (RFC 7541, 5.1, with seven bits in its first byte) and the text as it is.</summary>
    private static void WriteText(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> output)
    {
        const int firstMost = 127;
        if (text.Length < firstMost) output.Write<byte>([(byte)text.Length]);
        else
        {
            output.Write<byte>([firstMost]);
            var rest = text.Length - firstMost;
            for (; rest >= 128; rest >>= 7) output.Write<byte>([(byte)(rest & 127 | 128)]);
            output.Write<byte>([(byte)rest]);
        }
        output.Write(text);
    }
}
