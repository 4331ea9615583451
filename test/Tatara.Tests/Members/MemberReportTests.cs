using Tatara.Members;
using Tatara.Protocol;

namespace Tatara.Tests.Members;

public sealed class MemberReportTests
{
    private static readonly ComponentAnnouncement[] s_whole =
    [
        Member(ComponentTypes.Dea, "dea-1") with { Zone = "z1" }, Member(ComponentTypes.Dea, "dea-0"), Member(ComponentTypes.Router, "router-0"), Member(ComponentTypes.Uaa, "uaa"),
        Member(ComponentTypes.CloudController, "cloud-controller-0") with { Neighbours = ["dea-0", "dea-1"] },
        Member(ComponentTypes.HealthManager, "health-manager"), Member(ComponentTypes.LogCache, "log-cache"),
    ];

    [Fact]
    public void Of_AllAreThere_IsHealthyAndInOrder()
    {
        var report = MemberReport.Of(s_whole);

        report.Problems.ShouldBeEmpty();
        report.Members.Select(m => m.Name).ShouldBe(["router-0", "uaa", "cloud-controller-0", "health-manager", "log-cache", "dea-0", "dea-1"]);
    }

    [Fact]
    public void Of_ADeaIsSilent_MissesIt()
    {
        var report = MemberReport.Of([.. s_whole.Where(m => m.Name != "dea-1")]);

        report.Problems.ShouldBe(["dea-1: it does not answer."]);
        report.Members[^1].ShouldBe(new MemberRow("dea", "dea-1", null, null, null, null, null, null, MemberRow.Silent));
    }

    [Fact]
    public void Of_Nobody_MissesEveryRole() =>
        MemberReport.Of([]).Problems.ShouldBe(["There is no router.", "There is no uaa.", "There is no cloud-controller.", "There is no health-manager.", "There is no log-cache.", "There is no dea."]);

    [Fact]
    public void Of_AProblemAndAnotherVersion_AreTold()
    {
        var report = MemberReport.Of([.. s_whole[..^1], s_whole[^1] with { Problem = "the bus is away", Version = "0.2.0" }]);

        report.Problems.ShouldBe(["log-cache: the bus is away.", "Several versions run: 0.1.0, 0.2.0. Fine during an upgrade."]);
    }

    [Fact]
    public void Lines_Members_AreAligned()
    {
        var lines = MemberTable.Lines(MemberReport.Of([s_whole[0], Member(ComponentTypes.Router, "r") with { Version = "0.1.0+0123456789abcdef", Problem = "it is draining" }])).ToList();

        lines.ShouldBe(
        [
            "role     name    zone   version         uptime        cpu     memory   health",
            "router   r       -      0.1.0+0123456   0d:0h:1m:2s   12.3%   5 MB     it is draining",
            "dea      dea-1   z1     0.1.0           0d:0h:1m:2s   12.3%   5 MB     ok",
        ]);
    }

    private static ComponentAnnouncement Member(string type, string name) =>
        new(type, 0, "0-a", "2026-01-01 00:00:00 +0000", "0d:0h:1m:2s", Name: name, Version: "0.1.0", Cpu: 12.34, MemBytes: 5 << 20);
}
