using System.Runtime.InteropServices;

namespace Tatara.Dea.Linux;

/// <summary>
/// Wakes those who wait for a file to grow: one inotify instance and one thread for all. A watch fires once, so a busy file
/// costs nothing while its reader is behind anyway, and an idle one costs nothing at all.
/// </summary>
internal sealed partial class FileWatch : IDisposable
{
    private const uint Modified = 0x2, MovedAway = 0x800, Deleted = 0x400, Once = 0x80000000;

    /// <summary>Also when it loses its name to another file: it is not deleted while somebody has it open.</summary>
    private const uint Attributes = 0x4;
    private const int CloseOnExec = 0x80000;
    private const short Readable = 1;
    private const int EventHeaderBytes = 16;

    /// <summary>Used when the machine has no inotify watches left.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly int _inotify = inotify_init1(CloseOnExec);
    private readonly int _wake = eventfd(0, CloseOnExec);
    private readonly Dictionary<int, TaskCompletionSource> _waiting = [];
    private readonly Thread? _thread;
    private bool _disposed;

    public FileWatch()
    {
        if (_inotify < 0 || _wake < 0) return;
        _thread = new Thread(Run) { IsBackground = true, Name = "file watch" };
        _thread.Start();
    }

    /// <summary>Ends after the next change. Arm first, then read once more, then wait: no change is missed.</summary>
    public Task Arm(string path, CancellationToken cancellationToken)
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
        {
            var watch = _thread is null || _disposed ? -1 : inotify_add_watch(_inotify, path, Modified | Attributes | MovedAway | Deleted | Once);
            if (watch < 0) return Task.Delay(PollInterval, cancellationToken);
            if (_waiting.Remove(watch, out var earlier)) earlier.TrySetResult();
            _waiting[watch] = changed;
        }
        return changed.Task.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        lock (_waiting)
        {
            if (_disposed) return;
            _disposed = true;
            foreach (var waiting in _waiting.Values) waiting.TrySetResult();
            _waiting.Clear();
        }
        if (_thread is not null)
        {
            ulong one = 1;
            write(_wake, ref one, sizeof(ulong));
            _thread.Join();
        }
        if (_inotify >= 0) close(_inotify);
        if (_wake >= 0) close(_wake);
    }

    private void Run()
    {
        Span<PollDescriptor> descriptors = [new() { File = _inotify, Events = Readable }, new() { File = _wake, Events = Readable }];
        Span<byte> buffer = stackalloc byte[16 * 1024];
        while (true)
        {
            var ready = poll(ref descriptors[0], (nuint)descriptors.Length, -1);
            if (_disposed) return;
            if (ready <= 0) continue;
            var bytes = read(_inotify, ref buffer[0], (nuint)buffer.Length);
            for (var at = 0; at + EventHeaderBytes <= bytes;)
            {
                var watch = MemoryMarshal.Read<int>(buffer[at..]);
                var nameLength = MemoryMarshal.Read<int>(buffer[(at + 12)..]);
                at += EventHeaderBytes + nameLength;
                lock (_waiting)
                {
                    if (_waiting.Remove(watch, out var waiting)) waiting.TrySetResult();
                }
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int File;
        public short Events;
        public short Happened;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(int inotify, string path, uint mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(ref PollDescriptor descriptors, nuint count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int file, ref byte buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int file, ref ulong value, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int file);
}
