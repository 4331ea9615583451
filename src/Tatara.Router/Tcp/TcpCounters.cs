namespace Tatara.Router.Tcp;

/// <summary>What TCP routes did since the router started.</summary>
internal sealed class TcpCounters
{
    private long _open;
    private long _accepted;
    private long _refused;
    private long _failed;
    private long _bytes;

    public long Open => Interlocked.Read(ref _open);
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Closed at once because too many were open.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Closed because no endpoint could be reached.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Relayed, both directions.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public long Enter()
    {
        Interlocked.Increment(ref _accepted);
        return Interlocked.Increment(ref _open);
    }

    public void Leave() => Interlocked.Decrement(ref _open);

    public void Refuse() => Interlocked.Increment(ref _refused);

    public void Fail() => Interlocked.Increment(ref _failed);

    public void Relay(int bytes) => Interlocked.Add(ref _bytes, bytes);
}
