using System.Buffers;
using Tatara.Dea.Linux;

namespace Tatara.Dea.Logs;

/// <summary>
/// Follows a container's log from a position on: sleeps until it grows, goes on with the next file when the monitor has begun one,
/// and ends at its end once the container has.
/// </summary>
internal sealed class ContainerLogReader : IAsyncDisposable
{
    private const int ChunkBytes = 128 * 1024;
    /// <summary>The monitor's writing that is not log: the reports of a start.</summary>
    private const long OtherBytes = 4096;

    private static readonly TimeSpan MissingFilePause = TimeSpan.FromMilliseconds(50);

    private readonly string _path;
    private readonly Func<long?> _loggedBytes;
    private readonly FileWatch _watch;
    private readonly CancellationTokenSource _ended = new();
    private readonly ContainerLogParser _parser;
    private FileStream? _file;
    private string? _identity;
    private long _base;
    private long _offset;

    /// <param name="loggedBytes">How much the log has had in all, when that is known.</param>
    public ContainerLogReader(string path, ReadPosition position, Func<long?> loggedBytes, FileWatch watch)
    {
        (_path, _loggedBytes, _watch, _identity, _base, _offset) = (path, loggedBytes, watch, position.File, position.Base, position.Offset);
        _parser = new ContainerLogParser(position.PendingOut, position.PendingError);
    }

    /// <summary>After the lines that were returned last.</summary>
    public ReadPosition Position => new(_identity, _base, _offset, _parser.PendingOut, _parser.PendingError);

    /// <summary>Bytes that were gone before they could be read, since they were last told of.</summary>
    public long LostBytes { get; private set; }

    /// <summary>The same, which are told of now.</summary>
    public long TakeLostBytes()
    {
        var lost = LostBytes;
        LostBytes = 0;
        return lost;
    }

    /// <summary>The container has ended: reading ends at the end of the file.</summary>
    public void ContainerEnded() => _ended.Cancel();

    /// <summary>The next lines, as soon as there are any; none at all when it is over.</summary>
    public async Task<IReadOnlyList<ContainerLogLine>> ReadAsync(CancellationToken cancellationToken)
    {
        var lines = new List<ContainerLogLine>();
        while (lines.Count == 0)
        {
            if (!await OpenAsync(cancellationToken)) break;
            // Asked before reading: what the container wrote is in the file when its end is known.
            var ended = _ended.IsCancellationRequested;
            if (await ReadChunkAsync(lines, cancellationToken)) continue;
            if (ended)
            {
                _parser.Finish(lines);
                break;
            }
            await WaitForMoreAsync(lines, cancellationToken);
        }
        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        if (_file is not null) await _file.DisposeAsync();
        _ended.Dispose();
    }

    private async Task WaitForMoreAsync(List<ContainerLogLine> lines, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
        try
        {
            var changed = _watch.Arm(_path, either.Token);
            if (_file is not null && !await ReadChunkAsync(lines, cancellationToken)) await changed;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>False at the end of the log.</summary>
    private async Task<bool> ReadChunkAsync(List<ContainerLogLine> lines, CancellationToken cancellationToken)
    {
        // Asked before reading: once there is a newer file, nothing more is written to this one.
        var isLast = Native.IdentityOf(_path) is var current && (current is null || current == _identity);
        if (await ParseChunkAsync(lines, cancellationToken)) return true;
        if (isLast) return false;
        await _file!.DisposeAsync();
        _file = null;
        return await OpenAsync(cancellationToken);
    }

    private async Task<bool> ParseChunkAsync(List<ContainerLogLine> lines, CancellationToken cancellationToken)
    {
        // Rented for the moment: most containers say nothing most of the time.
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            var read = await RandomAccess.ReadAsync(_file!.SafeFileHandle, buffer.AsMemory(0, ChunkBytes), _offset, cancellationToken);
            var consumed = _parser.Parse(buffer.AsSpan(0, read), lines);
            // A record is some 8 KB at most: a full buffer without one is no log; it is skipped.
            if (consumed == 0 && read == ChunkBytes) consumed = read;
            _offset += consumed;
            return consumed > 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<bool> OpenAsync(CancellationToken cancellationToken)
    {
        while (_file is null)
        {
            var before = _loggedBytes();
            try
            {
                _file = new FileStream(_path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
                var identity = Native.IdentityOf($"/proc/self/fd/{_file.SafeFileHandle.DangerousGetHandle()}");
                var length = _file.Length;
                if (identity != _identity || _offset > length) Begin(identity, before - length, _loggedBytes() - length);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                if (_ended.IsCancellationRequested) return false;
                await Task.Delay(MissingFilePause, cancellationToken);
            }
        }
        return true;
    }

    /// <summary>Goes on with another file.</summary>
    /// <param name="atLeast">How much the log had had before it, when that is known: not more than</param>
    /// <param name="atMost">and not less than it was. The log may be growing just now; nothing is to be called lost that is not.</param>
    private void Begin(string? identity, long? atLeast, long? atMost)
    {
        var read = _base + _offset;
        if (atLeast - read is > OtherBytes and var missing) LostBytes += missing;
        (_identity, _base, _offset) = (identity, atMost ?? read, 0);
    }
}
