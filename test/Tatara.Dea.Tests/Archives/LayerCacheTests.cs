using Microsoft.Extensions.Logging.Abstractions;
using Tatara.Dea.Archives;

namespace Tatara.Dea.Tests.Archives;

public sealed class LayerCacheTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("cache-test-");
    private int _fills;

    public void Dispose() => _root.Delete(recursive: true);

    private LayerCache New(long bytes = 1000) => new(_root.FullName, bytes, NullLogger.Instance);

    private LayerCache.Fill Writing(long bytes) => async (directory, token) =>
    {
        Interlocked.Increment(ref _fills);
        await Task.Delay(20, token);
        await File.WriteAllTextAsync(Path.Combine(directory, "file"), "x", token);
        return bytes;
    };

    [Fact]
    public async Task Acquire_ManyAtOnce_FillsOnce()
    {
        var cache = New();

        var leases = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cache.AcquireAsync("key", Writing(1), default)));

        _fills.ShouldBe(1);
        File.Exists(Path.Combine(leases[0].Directory, "file")).ShouldBeTrue();
    }

    [Fact]
    public async Task Acquire_OneGivesUp_TheOthersGetIt()
    {
        var cache = New();
        using var cancel = new CancellationTokenSource();

        var first = cache.AcquireAsync("key", Writing(1), cancel.Token);
        var second = cache.AcquireAsync("key", Writing(1), default);
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => first);
        Directory.Exists((await second).Directory).ShouldBeTrue();
    }

    [Fact]
    public async Task Acquire_FillFails_NextOneTriesAgain()
    {
        var cache = New();

        await Should.ThrowAsync<IOException>(() => cache.AcquireAsync("key", (_, _) => throw new IOException("away"), default));
        using var lease = await cache.AcquireAsync("key", Writing(1), default);

        _fills.ShouldBe(1);
        Directory.GetDirectories(_root.FullName).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Release_BeyondTheBound_LongestUnusedGoesAndUsedStays()
    {
        var cache = New(bytes: 100);
        var used = await cache.AcquireAsync("used", Writing(60), default);
        (await cache.AcquireAsync("old", Writing(30), default)).Dispose();
        (await cache.AcquireAsync("new", Writing(30), default)).Dispose();

        cache.TryAcquire("old").ShouldBeNull();
        cache.TryAcquire("new").ShouldNotBeNull();
        Directory.Exists(used.Directory).ShouldBeTrue();
    }

    [Fact]
    public async Task Restart_WhatWasWhole_IsStillThere()
    {
        (await New().AcquireAsync("key", Writing(5), default)).Dispose();
        Directory.CreateDirectory(Path.Combine(_root.FullName, ".new-half"));

        New().TryAcquire("key").ShouldNotBeNull();
        Directory.GetDirectories(_root.FullName).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Restart_BeyondTheBoundAfterwards_LongestUnusedGoes()
    {
        var before = New();
        foreach (var key in (string[])["a", "b", "c"]) (await before.AcquireAsync(key, Writing(30), default)).Dispose();
        before.TryAcquire("a")!.Dispose();

        var after = New(bytes: 100);
        (await after.AcquireAsync("d", Writing(30), default)).Dispose();

        Directory.GetDirectories(_root.FullName).Select(d => Path.GetFileName(d)).ShouldBe(["a", "c", "d"], ignoreOrder: true);
    }

    [Fact]
    public async Task Acquire_AllOthersUnused_BoundHoldsWhileItIsInUse()
    {
        var cache = New(bytes: 100);
        (await cache.AcquireAsync("old", Writing(60), default)).Dispose();

        using var used = await cache.AcquireAsync("used", Writing(60), default);

        Directory.GetDirectories(_root.FullName).Select(d => Path.GetFileName(d)).ShouldBe(["used"]);
    }

    [Fact]
    public async Task Trim_UntilEnough_TakesTheLongestUnusedAndNoneInUse()
    {
        var cache = New(bytes: 1000);
        foreach (var key in (string[])["a", "b", "c"]) (await cache.AcquireAsync(key, Writing(30), default)).Dispose();
        using var used = cache.TryAcquire("a");

        cache.Trim(() => !Directory.Exists(Path.Combine(_root.FullName, "b")));
        Directory.GetDirectories(_root.FullName).Select(d => Path.GetFileName(d)).ShouldBe(["a", "c"], ignoreOrder: true);
        cache.Trim(() => false);
        Directory.GetDirectories(_root.FullName).Select(d => Path.GetFileName(d)).ShouldBe(["a"]);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    public async Task Acquire_KeyThatIsNoName_IsRefused(string key) =>
        await Should.ThrowAsync<ArchiveException>(() => New().AcquireAsync(key, Writing(1), default));
}
