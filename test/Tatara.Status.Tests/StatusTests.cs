using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.Status.Tests;

public sealed class StatusTests : IDisposable
{
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Healthz_HealthySickAndWithoutABus_SaysSoToAnybody()
    {
        await using var member = await RunningMember.StartAsync();
        await MemberStatus.AskAsync(member.Bus, "TestRole");

        (await GetAsync(member, "/healthz")).ShouldBe((HttpStatusCode.OK, "ok\n"));
        member.Role.Problem = "the disk is full";
        (await GetAsync(member, "/healthz")).ShouldBe((HttpStatusCode.ServiceUnavailable, "the disk is full\n"));
        await member.Bus.KillAsync();
        await WaitAsync(async () => await GetAsync(member, "/healthz") == (HttpStatusCode.ServiceUnavailable, "the bus is away\n"));
        await member.Bus.StartAgainAsync();
        member.Role.Problem = null;
        await WaitAsync(async () => await GetAsync(member, "/healthz") == (HttpStatusCode.OK, "ok\n"));
    }

    [Fact]
    public async Task Pages_WithoutThePassword_AreClosed()
    {
        await using var member = await RunningMember.StartAsync();

        foreach (var page in (string[])["/varz", "/metrics"])
        {
            (await GetAsync(member, page)).Status.ShouldBe(HttpStatusCode.Unauthorized);
            _http.DefaultRequestHeaders.Authorization = Basic("status", "wrong");
            (await GetAsync(member, page)).Status.ShouldBe(HttpStatusCode.Unauthorized);
            _http.DefaultRequestHeaders.Authorization = null;
        }
        (await GetAsync(member, "/")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(member, "/metrics/x")).Status.ShouldBe(HttpStatusCode.NotFound);

        await using var closed = await RunningMember.StartAsync(new StatusOptions { Port = 0 });
        _http.DefaultRequestHeaders.Authorization = Basic("status", "");
        (await GetAsync(closed, "/metrics")).Status.ShouldBe(HttpStatusCode.NotFound, "there is no password that opens it");
    }

    [Fact]
    public async Task Metrics_OfAHostOfMany_SayHowLongItsCertificateLives()
    {
        var options = new StatusOptions { Port = 0, Password = MemberStatus.Password, Name = "test-3", CertificateEnds = () => DateTimeOffset.UtcNow.AddDays(20) };
        await using var member = await RunningMember.StartAsync(options);

        using var varz = JsonDocument.Parse(await MemberStatus.ReadAsync(member.Bus, "TestRole", "/varz"));

        TimeSpan.FromSeconds(varz.RootElement.GetProperty("tatara_host_certificate_left_seconds").GetDouble()).TotalDays.ShouldBeInRange(19.9, 20);
    }

    [Fact]
    public async Task Varz_Member_HasTheFieldsOfCloudFoundry()
    {
        await using var member = await RunningMember.StartAsync();

        using var varz = JsonDocument.Parse(await MemberStatus.ReadAsync(member.Bus, "TestRole", "/varz"));

        var root = varz.RootElement;
        root.GetProperty("type").GetString().ShouldBe("TestRole");
        root.GetProperty("index").GetInt32().ShouldBe(3);
        root.GetProperty("uuid").GetString()!.ShouldMatch("^3-[0-9a-f]{32}$");
        root.GetProperty("start").GetString()!.ShouldMatch(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000$");
        root.GetProperty("uptime").GetString()!.ShouldMatch(@"^\d+d:\d+h:\d+m:\d+s$");
        root.GetProperty("mem").GetInt64().ShouldBeGreaterThan(1000);
        root.GetProperty("cpu").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
        root.GetProperty("name").GetString().ShouldBe("test-3");
        root.GetProperty("zone").GetString().ShouldBe("z1");
        root.GetProperty("tatara_test_number").GetDouble().ShouldBe(42);
    }

    [Fact]
    public async Task Metrics_Member_AreWhatPrometheusReads()
    {
        await using var member = await RunningMember.StartAsync();

        var page = await MemberStatus.MetricsAsync(member.Bus, "TestRole", "tatara_bus_connected 1", "tatara_test_number 42", "# TYPE tatara_test_number gauge");

        page.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldAllBe(line => line.StartsWith("# HELP ", StringComparison.Ordinal) || line.StartsWith("# TYPE ", StringComparison.Ordinal)
                || System.Text.RegularExpressions.Regex.IsMatch(line, "^[a-z_]+({([a-z_]+=\"[^\"]*\",?)+})? [0-9.eE+-]+$"));
        page.ShouldContain("tatara_member_healthy{role=\"TestRole\",name=\"test-3\",");
    }

    [Fact]
    public async Task Discover_Member_TellsWhoItIsAndHowItIs()
    {
        await using var member = await RunningMember.StartAsync();
        (member.Role.Problem, member.Role.Neighbours) = ("tired", ["dea-7"]);

        var answer = await MemberStatus.AskAsync(member.Bus, "TestRole");

        (answer.Name, answer.Index, answer.Zone, answer.Problem, answer.Host).ShouldBe(("test-3", 3, "z1", "tired", member.Address!.Authority));
        answer.Neighbours.ShouldBe(["dea-7"]);
        answer.MemBytes!.Value.ShouldBeGreaterThan(1_000_000);
        answer.Version.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Announce_MemberComes_IsHeardByWhoeverListens()
    {
        await using var bus = await NatsServer.StartAsync();
        await using var listener = new NatsConnection(new NatsOptions { Servers = [bus.Address], Json = ProtocolJson.Default.Options });
        await using var heard = await listener.SubscribeCoreAsync<ComponentAnnouncement>(Subjects.ComponentAnnounce);
        await listener.PingAsync();

        await using var member = await RunningMember.StartAsync(bus);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        (await heard.Messages.ReadAsync(patience.Token)).Data!.Name.ShouldBe("test-3");
    }

    [Fact]
    public async Task Status_RoleHangs_IsAnsweredAllTheSame()
    {
        await using var member = await RunningMember.StartAsync();
        member.Role.Hangs = true;

        (await GetAsync(member, "/healthz")).ShouldBe((HttpStatusCode.ServiceUnavailable, "what it needs does not answer\n"));
        (await MemberStatus.AskAsync(member.Bus, "TestRole")).Problem.ShouldBe("what it needs does not answer");
        _http.DefaultRequestHeaders.Authorization = Basic("status", MemberStatus.Password);
        (await GetAsync(member, "/metrics")).Text.ShouldContain("tatara_member_healthy{role=\"TestRole\"");
    }

    [Fact]
    public async Task Start_PortIsTaken_TheRoleRunsWithoutAStatusPort()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        await using var member = await RunningMember.StartAsync(new StatusOptions { Port = ((IPEndPoint)taken.LocalEndpoint).Port });

        member.Address.ShouldBeNull();
        (await MemberStatus.AskAsync(member.Bus, "TestRole")).Host.ShouldBeNull();
    }

    [Fact]
    public void Sample_LabelOfAnything_CannotForgeALine()
    {
        var page = new MetricPage();
        page.Sample("x", 1, ("route", "a\"} 5\ny \\"));
        page.ToString().ShouldBe("x{route=\"a\\\"} 5\\ny \\\\\"} 1\n");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(500, 0)]
    [InlineData(501, 1)]
    [InlineData(5_000, 2)]
    public void Count_Duration_IsInTheBucketOfItsBound(double milliseconds, int bucket)
    {
        var histogram = new DurationHistogram(0.5, 1);
        histogram.Count(TimeSpan.FromMilliseconds(milliseconds));
        histogram.Cumulated().ToList().IndexOf(1).ShouldBe(bucket);
        histogram.SumSeconds.ShouldBe(milliseconds / 1000);
    }

    private static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private async Task<(HttpStatusCode Status, string Text)> GetAsync(RunningMember member, string page)
    {
        using var response = await _http.GetAsync(new Uri(member.Address!, page));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(20); !await condition(); await Task.Delay(20))
            if (DateTime.UtcNow > deadline) throw new TimeoutException();
    }
}
