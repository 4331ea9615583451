namespace Tatara.CloudController.Instances;

/// <summary>Two changes of one process are told to DEAs one after the other. A fixed number of locks serves all processes.</summary>
internal sealed class ProcessLocks
{
    private const int Count = 64;

    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1))];

    public async Task<IDisposable> EnterAsync(string processGuid, CancellationToken cancellationToken)
    {
        var mine = _locks[(uint)processGuid.GetHashCode(StringComparison.Ordinal) % Count];
        await mine.WaitAsync(cancellationToken);
        return new Turn(mine);
    }

    private sealed class Turn(SemaphoreSlim held) : IDisposable
    {
        public void Dispose() => held.Release();
    }
}
