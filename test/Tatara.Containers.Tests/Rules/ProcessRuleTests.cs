using Tatara.Containers.Oci;
using Tatara.Containers.Rules;

namespace Tatara.Containers.Tests.Rules;

public sealed class ProcessRuleTests
{
    [Fact]
    public void Process_IsWhatTheSpecSays()
    {
        var process = RuleTest.Apply(new ProcessRule()).Process;

        process.User.ShouldBe(new OciUser(2000, 2000));
        process.Cwd.ShouldBe("/home/vcap");
        process.Env.ShouldBe(["PORT=8080"]);
    }

    [Fact]
    public void Init_RunsTheCommand()
    {
        var spec = RuleTest.Apply(new InitRule());

        spec.Process.Args.ShouldBe(["/dev/init", "--", "/bin/bash", "-c", "exec app"]);
        spec.Mounts.ShouldHaveSingleItem().Source.ShouldBe("/usr/bin/tini-static");
    }

    [Fact]
    public void Capabilities_AreNone()
    {
        var process = RuleTest.Apply(new CapabilitiesRule()).Process;

        process.NoNewPrivileges.ShouldBeTrue();
        var sets = process.Capabilities.ShouldNotBeNull();
        foreach (var set in (IReadOnlyList<string>[])[sets.Bounding, sets.Effective, sets.Inheritable, sets.Permitted, sets.Ambient]) set.ShouldBeEmpty();
    }

    [Fact]
    public void ProcessLimits_NoCoreDumpsAndNothingLeftToWhoeverStartsThePlatform()
    {
        var process = RuleTest.Apply(new ProcessLimitsRule()).Process;

        process.Rlimits.ShouldAllBe(limit => limit.Hard == limit.Soft);
        process.Rlimits.ToDictionary(limit => limit.Type, limit => limit.Hard).ShouldBe(new Dictionary<string, long>
        {
            ["RLIMIT_NOFILE"] = 16384,
            ["RLIMIT_CORE"] = 0,
            ["RLIMIT_SIGPENDING"] = 1024,
            ["RLIMIT_MSGQUEUE"] = 100 << 10,
            ["RLIMIT_RTPRIO"] = 0,
            ["RLIMIT_NICE"] = 0,
        }, ignoreOrder: true);
        process.OomScoreAdj.ShouldBe(200);
    }
}
