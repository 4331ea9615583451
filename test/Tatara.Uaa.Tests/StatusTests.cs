using System.Net;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.Uaa.Tests;

public sealed class StatusTests
{
    [Fact]
    public async Task Metrics_Logins_CountTokensAndFailures()
    {
        await using var bus = await NatsServer.StartAsync();
        await using var uaa = await RunningUaa.StartAsync(o => o with
        {
            Bus = new NatsOptions { Servers = [bus.Address] }, Status = new() { Port = 0, Password = MemberStatus.Password },
        });

        (await uaa.LogInAsync("admin", RunningUaa.Password)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await uaa.LogInAsync("admin", "wrong")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await uaa.LogInAsync("nobody", "wrong")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        await MemberStatus.MetricsAsync(
            bus, ComponentTypes.Uaa,
            "tatara_uaa_tokens_total{grant_type=\"password\"} 1", "tatara_uaa_tokens_total{grant_type=\"client_credentials\"} 0",
            "tatara_uaa_failed_logins_total 2", "tatara_uaa_database_up 1");
        (await MemberStatus.AskAsync(bus, ComponentTypes.Uaa)).Problem.ShouldBeNull();
    }
}
