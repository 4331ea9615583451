using System.Text;
using System.Text.RegularExpressions;
using Tatara.Protocol;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

public sealed partial class AccessLogTests : RouterTestBase
{
    private const string AppGuid = "5cdc7595-2e9b-4f62-8d5a-a86b92f2df0e";

    [GeneratedRegex("""
        ^dora\.tatara\.test - \[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z\] "POST /a\?b=\\"c HTTP/1\.1" 200 2 5 "http://from/" "ag\\"ent" "127\.0\.0\.1:\d+" "127\.0\.0\.1:\d+" x_forwarded_for:"9\.9\.9\.9, 127\.0\.0\.1" x_forwarded_proto:"http" vcap_request_id:"[0-9a-f-]{36}" response_time:\d+\.\d{6} gorouter_time:\d+\.\d{6} app_id:"5cdc7595-2e9b-4f62-8d5a-a86b92f2df0e" app_index:"4" instance_id:"i-4" x_cf_routererror:"-"$
        """)]
    private static partial Regex Line { get; }

    [Fact]
    public async Task Request_Finished_IsALogLineOfItsAppInGoroutersFormat()
    {
        await using var logs = await Router.Bus.SubscribeCoreAsync<LogBatch>(Subjects.Logs);
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.ReadTextAsync(2);
            await connection.SendAsync(RawBackend.Ok("hello"));
        });
        await Router.RegisterAsync(Host, app.Endpoint, AppGuid, "i-4", "4");

        await Router.SendAsync($"POST /a?b=\"c HTTP/1.1\r\nHost: {Host}\r\nContent-Length: 2\r\nReferer: http://from/\r\nUser-Agent: ag\"ent\r\nX-Forwarded-For: 9.9.9.9\r\n\r\nhi");

        var entry = (await logs.Messages.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5))).Data!.Entries.ShouldHaveSingleItem();
        (entry.SourceId, entry.InstanceId, entry.SourceType, entry.Type).ShouldBe((AppGuid, "4", "RTR", LogTypes.Out));
        Encoding.ASCII.GetString(entry.Payload).ShouldMatch(Line.ToString());
        DateTimeOffset.FromUnixTimeMilliseconds(entry.Timestamp / 1_000_000).ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Requests_Many_AreNumberedWithoutGaps()
    {
        await using var logs = await Router.Bus.SubscribeCoreAsync<LogBatch>(Subjects.Logs);
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint, AppGuid, "i-1", "0");
        using var client = await Router.ConnectAsync();

        for (var i = 0; i < 1500; i++)
        {
            await client.SendAsync($"GET /{i} HTTP/1.1\r\nHost: {Host}\r\n\r\n");
            await client.ReadResponseAsync();
        }

        long next = 0;
        while (next < 1500)
        {
            var batch = (await logs.Messages.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5))).Data!;
            batch.FirstSequence.ShouldBe(next);
            foreach (var entry in batch.Entries) Encoding.ASCII.GetString(entry.Payload).ShouldContain($"\"GET /{next++} HTTP/1.1\" 200 0 2 ");
        }
    }

    [Fact]
    public async Task Request_ThatFails_SaysWhy()
    {
        await using var logs = await Router.Bus.SubscribeCoreAsync<LogBatch>(Subjects.Logs);
        await using var app = RawBackend.Start(connection => connection.ReadHeadAsync());
        await Router.RegisterAsync(Host, app.Endpoint, AppGuid, "i-1", "0");

        await Router.GetAsync(Host, "/" + new string('p', 50_000));

        var entry = (await logs.Messages.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5))).Data!.Entries[0];
        var line = Encoding.ASCII.GetString(entry.Payload);
        line.ShouldContain("HTTP/1.1\" 502 0 0 ");
        line.ShouldEndWith("x_cf_routererror:\"endpoint_failure\"");
        line.Length.ShouldBeLessThan(3000);
    }
}
