using System.Collections.Concurrent;

namespace Tatara.CloudController.Packages;

/// <summary>
/// Tells a request that its package is ready. Most are within moments, and the answer to the upload can then say so:
/// the client need not poll. It is a hint only; the truth is in the database.
/// </summary>
internal sealed class PackageNews(TimeProvider time)
{
    /// <summary>A larger package than can be checked in this time is polled for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    /// <summary>Call it before the work may begin; await what it returns afterwards.</summary>
    public Func<CancellationToken, Task> Expect(string packageGuid)
    {
        var news = _waiting[packageGuid] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return async cancellationToken =>
        {
            using var patience = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            await news.Task.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _waiting.TryRemove(packageGuid, out _);
        };
    }

    public void Tell(string packageGuid)
    {
        if (_waiting.TryGetValue(packageGuid, out var news)) news.TrySetResult();
    }
}
