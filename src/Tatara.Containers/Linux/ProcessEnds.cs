using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tatara.Containers.Linux;

/// <summary>Tells when processes that are nobody's children here have ended: one thread for all of them.</summary>
internal sealed partial class ProcessEnds
{
    private readonly Dictionary<SafeFileHandle, TaskCompletionSource> _waiting = [];
    private readonly Lock _lock = new();
    private readonly SafeFileHandle _wakeRead;
    private readonly SafeFileHandle _wakeWrite;

    public ProcessEnds()
    {
        (_wakeRead, _wakeWrite) = Spawn.Pipe();
        new Thread(Watch) { IsBackground = true, Name = "container ends" }.Start();
    }

    /// <param name="process">From <see cref="Libc.OpenProcess"/>; may be disposed when the task has ended.</param>
    public Task WaitAsync(SafeFileHandle process)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock) _waiting.Add(process, ended);
        Spawn.Notify(_wakeWrite);
        return ended.Task;
    }

    private void Watch()
    {
        while (true)
        {
            SafeFileHandle[] handles;
            lock (_lock) handles = [_wakeRead, .. _waiting.Keys];
            var polled = handles.Select(handle => new PollDescriptor { Descriptor = (int)handle.DangerousGetHandle(), Events = PollIn }).ToArray();
            if (Poll(polled, (nuint)polled.Length, -1) < 0) continue;
            if (polled[0].Returned != 0) Spawn.Receive(_wakeRead);
            for (var i = 1; i < handles.Length; i++)
                if (polled[i].Returned != 0)
                    Complete(handles[i]);
        }
    }

    private void Complete(SafeFileHandle process)
    {
        TaskCompletionSource? ended;
        lock (_lock) _waiting.Remove(process, out ended);
        ended?.SetResult();
    }

    private const short PollIn = 1;

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll([In, Out] PollDescriptor[] descriptors, nuint count, int timeout);
}
