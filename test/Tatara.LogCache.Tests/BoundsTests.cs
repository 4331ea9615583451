using System.Globalization;
using static Tatara.LogCache.Tests.RunningLogCache;

namespace Tatara.LogCache.Tests;

public sealed class BoundsTests(Identities identities) : IClassFixture<Identities>
{
    private const int Kilobyte = 1024;

    [Fact]
    public async Task Source_TooManyLines_TheOldestGo()
    {
        await using var cache = await RunningLogCache.StartAsync(identities, o => o with { MaxEnvelopesPerSource = 100 });
        var t = Now - 1_000_000_000;

        for (var i = 0; i < 50; i++) await cache.SendAsync("s", i * 10, [.. Enumerable.Range(0, 10).Select(n => Entry($"{i * 10 + n}", t + i * 10 + n))]);

        (await cache.LinesAsync()).ShouldBe(Enumerable.Range(400, 100).Select(i => i.ToString(CultureInfo.InvariantCulture)));
        await cache.RestartAsync();
        (await cache.LinesAsync()).ShouldBe(Enumerable.Range(400, 100).Select(i => i.ToString(CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Source_TooManyBytes_TheOldestGoFromMemoryAndDisk()
    {
        await using var cache = await RunningLogCache.StartAsync(identities, o => o with { MaxBytesPerSource = 256 * Kilobyte });
        var t = Now - 1_000_000_000;

        for (var i = 0; i < 1000; i++) await cache.SendAsync("s", i, Entry($"{i}".PadRight(Kilobyte), t + i));

        var lines = await cache.LinesAsync("descending=true&limit=1000");
        lines.Count.ShouldBeInRange(200, 256);
        lines[0].Trim().ShouldBe("999");
        cache.SegmentFiles().Sum(f => new FileInfo(f).Length).ShouldBeLessThanOrEqualTo(256 * Kilobyte);
        cache.Store.DiskBytes.ShouldBe(cache.SegmentFiles().Sum(f => new FileInfo(f).Length));
    }

    [Fact]
    public async Task Memory_TooMuch_QuietSourcesAreReadFromDisk()
    {
        await using var cache = await RunningLogCache.StartAsync(identities, o => o with { MaxBytesPerSource = 64 * Kilobyte, MaxMemoryBytes = 256 * Kilobyte });

        for (var app = 0; app < 30; app++) await cache.SendAsync("s", app, Entry(new string('x', 30 * Kilobyte), Now, $"app{app}"));

        cache.Store.MemoryBytes.ShouldBeLessThanOrEqualTo(256 * Kilobyte);
        for (var app = 0; app < 30; app++) (await cache.LinesAsync(source: $"app{app}")).Single().Length.ShouldBe(30 * Kilobyte);
        cache.Store.KeepBounds();
        cache.Store.MemoryBytes.ShouldBeLessThanOrEqualTo(256 * Kilobyte);
    }

    [Fact]
    public async Task Disk_TooMuch_QuietestSourcesAreForgotten()
    {
        await using var cache = await RunningLogCache.StartAsync(identities, o => o with { MaxBytesPerSource = 64 * Kilobyte, MaxMemoryBytes = 128 * Kilobyte, MaxDiskBytes = 256 * Kilobyte });

        for (var app = 0; app < 30; app++) await cache.SendAsync("s", app, Entry(new string('x', 30 * Kilobyte), Now, $"app{app}"));

        cache.SegmentFiles().Sum(f => new FileInfo(f).Length).ShouldBeLessThanOrEqualTo(256 * Kilobyte);
        (await cache.LinesAsync(source: "app0")).ShouldBeEmpty();
        (await cache.LinesAsync(source: "app29")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Sweep_Idle_LeavesMemoryAndComesBack()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        await cache.SendAsync("s", 0, "one");

        cache.Time.Offset = cache.Options.IdleAfter + TimeSpan.FromSeconds(1);
        cache.Store.Sweep();

        cache.Store.MemoryBytes.ShouldBe(0);
        (await cache.SendAsync("s", 0, "one", "two")).ShouldBe(2);
        (await cache.LinesAsync()).ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task Sweep_OlderThanRetention_IsForgotten()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        await cache.SendAsync("s", 0, "one");
        await cache.RestartAsync();

        cache.Time.Offset = cache.Options.Retention + TimeSpan.FromMinutes(1);
        cache.Store.Sweep();

        cache.SegmentFiles().ShouldBeEmpty();
        cache.Store.SourceIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task Source_OfManyShortStreams_StaysBounded()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);

        for (var i = 0; i < 1500; i++) await cache.SendAsync($"stream{i}", 0, Entry($"{i}", Now));

        (await cache.LinesAsync("limit=1&descending=true")).ShouldBe(["1499"]);
        cache.Store.MemoryBytes.ShouldBeLessThan(2 * 1024 * Kilobyte);
    }
}
