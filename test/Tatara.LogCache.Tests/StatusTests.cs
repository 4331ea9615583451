using Tatara.Protocol;
using Tatara.Testing;
using static Tatara.LogCache.Tests.RunningLogCache;

namespace Tatara.LogCache.Tests;

public sealed class StatusTests(Identities identities) : IClassFixture<Identities>
{
    [Fact]
    public async Task Metrics_Lines_AreCountedAndSoIsWhatIsDropped()
    {
        await using var cache = await RunningLogCache.StartAsync(identities, o => o with { Status = new() { Port = 0, Password = MemberStatus.Password } });

        await cache.SendAsync("s", 0, "one", "three");
        await cache.SendAsync("s", 2, Entry("ok", Now), Entry("no source", Now) with { SourceId = "" });

        await MemberStatus.MetricsAsync(
            cache.Server, ComponentTypes.LogCache,
            "tatara_log_cache_lines_total 3", "tatara_log_cache_bytes_total 10", "tatara_log_cache_dropped_lines_total 1", "tatara_log_cache_sources 1");
    }
}
