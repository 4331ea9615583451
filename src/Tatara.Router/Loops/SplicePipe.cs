namespace Tatara.Router.Loops;

/// <summary>
/// A pipe of the kernel's, through which the bytes of large bodies go from one socket to another without being copied. Filled when
/// it is empty, and emptied before it is filled again.
/// </summary>
internal sealed class SplicePipe
{
    /// <summary>What a fill brings at most: a piece that is worth the calls, and what a slow client holds of the kernel's memory.</summary>
    private const int Capacity = 256 * 1024;

    private readonly int _reading;
    private readonly int _writing;

    private SplicePipe(int reading, int writing) => (_reading, _writing) = (reading, writing);

    /// <summary>Bytes in it.</summary>
    public int Held { get; private set; }

    /// <returns>Null when the kernel has none to give.</returns>
    public static SplicePipe? TryCreate() =>
        Native.TryCreatePipe(Capacity, out var reading, out var writing) ? new SplicePipe(reading, writing) : null;

    /// <summary>Takes what the socket has, as <see cref="LoopSocket.TryReceive"/> counts it.</summary>
    public nint Fill(int socket, long most)
    {
        var count = Native.Splice(socket, _writing, (nint)Math.Min(most, Capacity));
        if (count > 0) Held += (int)count;
        return count;
    }

    /// <summary>Gives the socket what it has room for.</summary>
    public nint Drain(int socket)
    {
        var count = Native.Splice(_reading, socket, Held);
        if (count > 0) Held -= (int)count;
        return count;
    }

    public void Close()
    {
        Native.Close(_reading);
        Native.Close(_writing);
    }
}
