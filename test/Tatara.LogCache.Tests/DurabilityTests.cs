using System.Diagnostics;
using static Tatara.LogCache.Tests.RunningLogCache;

namespace Tatara.LogCache.Tests;

public sealed class DurabilityTests(Identities identities) : IClassFixture<Identities>
{
    [Fact]
    public async Task Segment_CutOffAnywhere_IsGoodUpToItsLastWholeLine()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        await cache.SendAsync("s", 0, "one", "two", "three");
        var file = cache.SegmentFiles().Single();
        var whole = await File.ReadAllBytesAsync(file);

        for (var length = 0; length <= whole.Length; length += 7)
        {
            await cache.RestartAsync(() =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllBytes(file, whole[..length]);
            });
            var left = await cache.LinesAsync();
            left.ShouldBe(new[] { "one", "two", "three" }.Take(left.Count));
            (await cache.SendAsync("s", 0, "one", "two", "three", "four")).ShouldBe(4);
            await cache.RestartAsync();
            (await cache.LinesAsync()).Order().ShouldBe(["four", "one", "three", "two"]);
        }
    }

    [Fact]
    public async Task Segment_DamagedAnywhere_NeverCrashesAndGoesOn()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        await cache.SendAsync("s", 0, "one", "two", "three");
        var file = cache.SegmentFiles().Single();
        var whole = await File.ReadAllBytesAsync(file);
        var random = new Random(4711);

        for (var round = 0; round < 30; round++)
        {
            var damaged = whole.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            await cache.RestartAsync(() =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllBytes(file, [.. damaged, .. new byte[random.Next(20)]]);
            });
            var left = await cache.LinesAsync();
            left.ShouldBe(new[] { "one", "two", "three" }.Take(left.Count));
            await cache.SendAsync("new" + round, 0, "new");
            (await cache.LinesAsync()).ShouldContain("new");
        }
    }

    [Fact]
    public async Task Directory_WithForeignFiles_IsNoObstacle()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        await cache.SendAsync("s", 0, "one");
        var directory = Path.GetDirectoryName(cache.SegmentFiles().Single())!;

        await cache.RestartAsync(() =>
        {
            File.WriteAllText(Path.Combine(directory, "nonsense.log"), "nonsense");
            File.WriteAllText(Path.Combine(directory, "0000000002.log"), "nonsense");
            File.WriteAllText(Path.Combine(directory, "..", "file"), "nonsense");
            Directory.CreateDirectory(Path.Combine(directory, "..", "empty"));
            Directory.CreateDirectory(Path.Combine(directory, "..", "other"));
            File.Copy(cache.SegmentFiles()[0], Path.Combine(directory, "..", "other", "0000000001.log"));
        });

        (await cache.LinesAsync()).ShouldBe(["one"]);
        (await cache.SendAsync("s", 1, "two")).ShouldBe(2);
        await cache.RestartAsync();
        (await cache.LinesAsync()).ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task Disk_TakesNothing_LinesStayInMemoryAndAreWrittenLater()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        await cache.SendAsync("s", 0, "one");
        var directory = Path.GetDirectoryName(cache.SegmentFiles().Single())!;
        Directory.Delete(directory, recursive: true);
        await File.WriteAllTextAsync(directory, "in the way");

        (await cache.SendAsync("s", 1, "two")).ShouldBe(2);
        (await cache.SendAsync("t", 0, Entry("three", Now))).ShouldBe(1);
        (await cache.LinesAsync()).ShouldBe(["one", "two", "three"]);
        cache.Time.Offset = TimeSpan.FromHours(1);
        cache.Store.Sweep();
        cache.Store.MemoryBytes.ShouldBeGreaterThan(0);
        File.Delete(directory);
        cache.Store.Sweep();

        await cache.RestartAsync();
        cache.Time.Offset = TimeSpan.Zero;
        (await cache.LinesAsync()).ShouldBe(["one", "two", "three"]);
    }

    [Fact]
    public async Task Disk_Full_IngestGoesOnAndMemoryStaysBounded()
    {
        var small = Directory.CreateTempSubdirectory("log-cache-full-").FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small);
        try
        {
            await using (var cache = await RunningLogCache.StartAsync(identities, parent: small, change: o => o with
            {
                MaxBytesPerSource = 1024 * 1024,
                MaxMemoryBytes = 2 * 1024 * 1024,
            }))
            {
                for (var i = 0; i < 80; i++) await cache.SendAsync("s", i * 10, [.. Enumerable.Range(0, 10).Select(n => Entry($"{i * 10 + n}".PadRight(4000), Now, $"app{i % 10}"))]);

                cache.Store.MemoryBytes.ShouldBeLessThanOrEqualTo(2 * 1024 * 1024);
                (await cache.LinesAsync("limit=1&descending=true", "app9")).Single().Trim().ShouldBe("799");
                await cache.RestartAsync();
                (await cache.LinesAsync(source: "app0")).ShouldNotBeEmpty();
            }
        }
        finally
        {
            await RunAsync("umount", small);
            Directory.Delete(small);
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0);
    }
}
