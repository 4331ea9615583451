using Amazon.S3.Model;
using Tatara.Protocol;

namespace Tatara.CloudController.Blobs.S3;

/// <summary>Content on its way from the store. Fails when it stalls, breaks or ends early.</summary>
internal sealed class S3ContentStream(GetObjectResponse response, TimeSpan patience, S3Connection store) : ReadOnceStream
{
    private long _left = response.ContentLength;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(patience);
        try
        {
            var count = await response.ResponseStream.ReadAsync(buffer, stall.Token);
            _left -= count;
            if (count == 0 && buffer.Length > 0 && _left > 0) throw new EndOfStreamException("The content was cut off.");
            return count;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw store.Unavailable("its answer stalls.", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw store.Unavailable(e.Message, e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) response.Dispose();
        base.Dispose(disposing);
    }
}
