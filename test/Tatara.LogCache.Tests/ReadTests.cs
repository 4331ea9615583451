using System.Globalization;
using System.Net;
using System.Text.Json;
using static Tatara.LogCache.Tests.RunningLogCache;

namespace Tatara.LogCache.Tests;

public sealed class ReadTests(Identities identities) : IClassFixture<Identities>
{
    [Fact]
    public async Task Read_OneLine_IsLogCachesJson()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        var now = Now;
        await cache.SendAsync("s", 0, Entry("out", now, instance: "3"), Entry("err", now + 1, type: "ERR"));

        var body = await (await cache.GetAsync($"/api/v1/read/{App}", cache.AdminToken)).Content.ReadAsStringAsync();

        body.ShouldEndWith("\n");
        var batch = JsonDocument.Parse(body).RootElement.GetProperty("envelopes").GetProperty("batch");
        batch.GetArrayLength().ShouldBe(2);
        var first = batch[0];
        first.GetProperty("timestamp").GetString().ShouldBe(now.ToString(CultureInfo.InvariantCulture));
        first.GetProperty("source_id").GetString().ShouldBe(App);
        first.GetProperty("instance_id").GetString().ShouldBe("3");
        first.GetProperty("tags").GetProperty("source_type").GetString().ShouldBe("APP/PROC/WEB");
        first.GetProperty("log").GetProperty("payload").GetString().ShouldBe("b3V0");
        first.GetProperty("log").GetProperty("type").GetString().ShouldBe("OUT");
        batch[1].GetProperty("log").GetProperty("type").GetString().ShouldBe("ERR");
    }

    [Fact]
    public async Task Read_UnknownSource_IsEmptyNotMissing()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);

        (await (await cache.GetAsync($"/api/v1/read/{App}", cache.AdminToken)).Content.ReadAsStringAsync()).ShouldBe("""{"envelopes":{"batch":[]}}""" + "\n");
    }

    [Fact]
    public async Task Read_OutOfOrder_ComesByTime()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        var t = Now - 1_000_000;
        await cache.SendAsync("a", 0, Entry("3", t + 3), Entry("1", t + 1));
        await cache.SendAsync("b", 0, Entry("2", t + 2), Entry("0", t));

        (await cache.LinesAsync()).ShouldBe(["0", "1", "2", "3"]);
        (await cache.LinesAsync("descending=true&limit=2")).ShouldBe(["3", "2"]);
        (await cache.LinesAsync("limit=2")).ShouldBe(["0", "1"]);
        (await cache.LinesAsync($"start_time={t + 1}&end_time={t + 3}")).ShouldBe(["1", "2"]);
        (await cache.LinesAsync($"start_time={t + 1}&descending=true")).ShouldBe(["3", "2", "1"]);
        (await cache.LinesAsync($"end_time={t}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Read_ManyLinesOfOneNanosecond_AllAreSeenByAReaderThatWalks()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        var t = Now - 1_000_000_000;
        await cache.SendAsync("a", 0, [.. Enumerable.Range(0, 3000).Select(i => Entry($"a{i}", t))]);
        await cache.SendAsync("b", 0, [.. Enumerable.Range(0, 10).Select(i => Entry($"b{i}", t + 5))]);

        var seen = new List<string>();
        for (var start = 0L; ;)
        {
            var batch = await cache.BatchAsync($"limit=1000&start_time={start}");
            if (batch.Count == 0) break;
            seen.AddRange(batch.Select(e => e.GetProperty("log").GetProperty("payload").GetString()!));
            start = long.Parse(batch[^1].GetProperty("timestamp").GetString()!, CultureInfo.InvariantCulture) + 1;
        }

        seen.Count.ShouldBe(3010);
        seen.Distinct().Count().ShouldBe(3010);
        (await cache.LinesAsync("limit=3")).ShouldBe(["a0", "a1", "a2"]);
    }

    [Theory]
    [InlineData("", 100)]
    [InlineData("limit=0", 100)]
    [InlineData("limit=1000", 1000)]
    [InlineData("envelope_types=LOG", 100)]
    [InlineData("envelope_types=ANY", 100)]
    [InlineData("envelope_types=GAUGE&envelope_types=LOG", 100)]
    [InlineData("envelope_types=GAUGE", 0)]
    [InlineData("envelope_types=EVENT&envelope_types=COUNTER&envelope_types=TIMER", 0)]
    [InlineData("name_filter=.*", 0)]
    [InlineData("unknown=1", 100)]
    public async Task Read_Parameters_AreLogCaches(string query, int count)
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        var t = Now - 1_000_000_000;
        await cache.SendAsync("a", 0, [.. Enumerable.Range(0, 1100).Select(i => Entry($"{i}", t + i))]);

        (await cache.BatchAsync(query)).Count.ShouldBe(count);
    }

    [Theory]
    [InlineData("limit=1001", "limit (1001) must be 1000 or less")]
    [InlineData("limit=-1", "limit (-1) must be greater than zero")]
    [InlineData("limit=many", "type mismatch, parameter: limit, error: parsing \"many\": invalid syntax")]
    [InlineData("limit=99999999999999999999", "type mismatch, parameter: limit, error: parsing \"99999999999999999999\": invalid syntax")]
    [InlineData("start_time=2&end_time=1", "StartTime (2) must be before EndTime (1)")]
    [InlineData("start_time=1.5", "type mismatch, parameter: start_time, error: parsing \"1.5\": invalid syntax")]
    [InlineData("descending=perhaps", "type mismatch, parameter: descending, error: parsing \"perhaps\": invalid syntax")]
    [InlineData("envelope_types=LINE", "parsing list \"envelope_types\": LINE is not valid")]
    public async Task Read_BadParameter_SaysWhich(string query, string message)
    {
        await using var cache = await RunningLogCache.StartAsync(identities);

        var response = await cache.GetAsync($"/api/v1/read/{App}?{query}", cache.AdminToken);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        body.GetProperty("code").GetInt32().ShouldBe(3);
        body.GetProperty("message").GetString().ShouldBe(message);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("(?<=x)y")]
    [InlineData("((((a{1000}){1000}){1000}){1000})")]
    public async Task Read_HostileNameFilter_IsRefusedAtOnce(string filter)
    {
        await using var cache = await RunningLogCache.StartAsync(identities);

        var response = await cache.GetAsync($"/api/v1/read/{App}?name_filter={Uri.EscapeDataString(filter)}", cache.AdminToken);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("name filter must be a valid regular expression");
    }

    [Fact]
    public async Task Info_WithoutToken_HasAVersionThatClientsUnderstand()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);

        var info = JsonDocument.Parse(await cache.Http.GetStringAsync("/api/v1/info")).RootElement;

        Version.Parse(info.GetProperty("version").GetString()!).ShouldBeGreaterThan(new Version(2, 0, 0));
        long.Parse(info.GetProperty("vm_uptime").GetString()!, CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Meta_AsAdministrator_CountsEverySource()
    {
        await using var cache = await RunningLogCache.StartAsync(identities, o => o with { MaxEnvelopesPerSource = 10 });
        var t = Now - 1_000_000;
        await cache.SendAsync("a", 0, [.. Enumerable.Range(0, 15).Select(i => Entry($"{i}", t + i))]);
        await cache.SendAsync("b", 0, Entry("x", t, source: "doppler"));
        await cache.RestartAsync();

        var meta = JsonDocument.Parse(await (await cache.GetAsync("/api/v1/meta", cache.AdminToken)).Content.ReadAsStringAsync()).RootElement.GetProperty("meta");

        meta.GetProperty(App).GetProperty("count").GetString().ShouldBe("10");
        meta.GetProperty(App).GetProperty("expired").GetString().ShouldBe("5");
        meta.GetProperty(App).GetProperty("oldestTimestamp").GetString().ShouldBe((t + 5).ToString(CultureInfo.InvariantCulture));
        meta.GetProperty(App).GetProperty("newestTimestamp").GetString().ShouldBe((t + 14).ToString(CultureInfo.InvariantCulture));
        meta.GetProperty("doppler").GetProperty("count").GetString().ShouldBe("1");
    }
}
