using System.Net;

namespace Tatara.Cli.Upload;

/// <summary>A file as a request's body, from its start at every attempt; it stays open.</summary>
/// <param name="progress">Told how many bytes have been sent.</param>
internal sealed class FileContent(FileStream file, Action<long> progress) : HttpContent
{
    private const int ChunkSize = 64 * 1024;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        file.Position = 0;
        var chunk = new byte[ChunkSize];
        for (int read; (read = await file.ReadAsync(chunk, cancellationToken)) > 0;)
        {
            await stream.WriteAsync(chunk.AsMemory(0, read), cancellationToken);
            progress(file.Position);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = file.Length;
        return true;
    }
}
