using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tatara.Containers.Linux;

/// <summary>Starts a program with chosen file descriptors, which Process cannot.</summary>
internal static partial class Spawn
{
    // Larger than glibc's posix_spawn_file_actions_t (80) and posix_spawnattr_t (336).
    private const int OpaqueLength = 512;
    private const int SignalSetLength = 128;
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int CreateFile = 0x40;
    private const uint OwnerOnly = 0x180;
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;

    /// <summary>
    /// Its process id. Descriptors 0 and 1 are /dev/null, 2 is a new file, then come <paramref name="descriptors"/> as 3, 4, …; it inherits no other.
    /// Signals are as for a program started by a shell: .NET's own ignoring of SIGPIPE must not reach an app.
    /// </summary>
    public static unsafe int Start(
        IReadOnlyList<string> command, IReadOnlyList<string> environment, string directory, string errorFile, IReadOnlyList<SafeFileHandle> descriptors)
    {
        var actions = stackalloc byte[OpaqueLength];
        var attributes = stackalloc byte[OpaqueLength];
        var signals = stackalloc byte[SignalSetLength];
        using var arguments = new StringArray(command);
        using var variables = new StringArray(environment);

        Check(FileActionsInit(actions));
        Check(AttributesInit(attributes));
        try
        {
            Check(AddChangeDirectory(actions, directory));
            Check(AddOpen(actions, 0, "/dev/null", ReadOnly, 0));
            Check(AddOpen(actions, 1, "/dev/null", WriteOnly, 0));
            Check(AddOpen(actions, 2, errorFile, WriteOnly | CreateFile, OwnerOnly));
            for (var i = 0; i < descriptors.Count; i++) Check(AddDuplicate(actions, (int)descriptors[i].DangerousGetHandle(), 3 + i));
            Check(AddCloseFrom(actions, 3 + descriptors.Count));

            Check(FillSignalSet(signals));
            Check(SetDefaults(attributes, signals));
            Check(EmptySignalSet(signals));
            Check(SetMask(attributes, signals));
            Check(SetFlags(attributes, SetSignalDefaults | SetSignalMask));

            var error = PosixSpawn(out var pid, command[0], actions, attributes, arguments.Pointer, variables.Pointer);
            if (error != 0) throw new ContainerException($"{command[0]} could not be started: {Marshal.GetPInvokeErrorMessage(error)}");
            return pid;
        }
        finally
        {
            _ = FileActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
        }
    }

    /// <summary>Takes note of the end of a child started here, so that it does not stay as a zombie.</summary>
    public static void Reap(int pid)
    {
        const int interrupted = 4;
        while (WaitPid(pid, 0, 0) < 0 && Marshal.GetLastPInvokeError() == interrupted)
        {
        }
    }

    /// <summary>One byte, which says all there is to say.</summary>
    public static unsafe void Notify(SafeFileHandle pipe)
    {
        byte nothing = 0;
        _ = Write(pipe, &nothing, 1);
    }

    /// <summary>Takes what was said; waits when nothing was.</summary>
    public static unsafe void Receive(SafeFileHandle pipe)
    {
        const int length = 64;
        var bytes = stackalloc byte[length];
        _ = Read(pipe, bytes, length);
    }

    /// <summary>Both ends of a pipe, with numbers that <see cref="Start"/> does not overwrite.</summary>
    public static (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        const int closeOnExec = 0x80000;
        var ends = new int[2];
        if (PipeCall(ends, closeOnExec) != 0) throw new ContainerException($"no pipe: {Libc.LastError()}");
        return (MoveUp(ends[0]), MoveUp(ends[1]));
    }

    private static SafeFileHandle MoveUp(int descriptor)
    {
        const int duplicateCloseOnExec = 1030;
        const int lowest = 10;
        using var low = new SafeFileHandle(descriptor, ownsHandle: true);
        var moved = Fcntl(descriptor, duplicateCloseOnExec, lowest);
        if (moved < 0) throw new ContainerException($"no pipe: {Libc.LastError()}");
        return new SafeFileHandle(moved, ownsHandle: true);
    }

    private static void Check(int error)
    {
        if (error != 0) throw new ContainerException($"a program's start could not be prepared: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [LibraryImport("libc", EntryPoint = "write")]
    private static unsafe partial nint Write(SafeFileHandle file, byte* bytes, nint length);

    [LibraryImport("libc", EntryPoint = "read")]
    private static unsafe partial nint Read(SafeFileHandle file, byte* bytes, nint length);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int PipeCall(int[] ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int pid, nint status, int options);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int PosixSpawn(out int pid, string path, byte* actions, byte* attributes, nint* arguments, nint* environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static unsafe partial int FileActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static unsafe partial int FileActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int AddOpen(byte* actions, int target, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int AddChangeDirectory(byte* actions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static unsafe partial int AddDuplicate(byte* actions, int source, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    private static unsafe partial int AddCloseFrom(byte* actions, int from);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static unsafe partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static unsafe partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static unsafe partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static unsafe partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static unsafe partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static unsafe partial int FillSignalSet(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static unsafe partial int EmptySignalSet(byte* signals);

    /// <summary>A char*[] that ends with a null pointer.</summary>
    private sealed unsafe class StringArray : IDisposable
    {
        private readonly int _count;

        public StringArray(IReadOnlyList<string> strings)
        {
            _count = strings.Count;
            Pointer = (nint*)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(nint));
            for (var i = 0; i < _count; i++) Pointer[i] = Marshal.StringToCoTaskMemUTF8(strings[i]);
        }

        public nint* Pointer { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++) Marshal.FreeCoTaskMem(Pointer[i]);
            NativeMemory.Free(Pointer);
        }
    }
}
