using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.Dea.Tests.Status;

public sealed class StatusTests
{
    [Fact]
    public async Task Metrics_InstancesComeAndCrash_AreCounted()
    {
        await using var dea = await DeaUnderTest.StartAsync(o => o with { Zone = "z9", Status = new() { Port = 0, Password = MemberStatus.Password } });
        await dea.RunInstanceAsync(dea.StartMessage());
        await dea.RunInstanceAsync(dea.StartMessage(index: 1));

        await MemberStatus.MetricsAsync(
            dea.Nats, ComponentTypes.Dea,
            "tatara_dea_instances{state=\"running\"} 2", "tatara_dea_memory_promised_bytes 134217728", "tatara_dea_memory_free_bytes 914358272",
            "tatara_dea_start_duration_seconds_count 2", "tatara_dea_crashes_total 0", "tatara_dea_stagings 0");
        dea.Runtime.Containers.First().Exit(137);

        await MemberStatus.MetricsAsync(
            dea.Nats, ComponentTypes.Dea,
            "tatara_dea_instances{state=\"running\"} 1", "tatara_dea_instances{state=\"crashed\"} 1", "tatara_dea_crashes_total 1");
        var member = await MemberStatus.AskAsync(dea.Nats, ComponentTypes.Dea);
        (member.Name, member.Zone, member.Problem).ShouldBe(("dea-test", "z9", null));
    }
}
