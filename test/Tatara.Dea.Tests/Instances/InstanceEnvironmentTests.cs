using System.Text.Json;
using Tatara.Dea.Instances;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Instances;

public sealed class InstanceEnvironmentTests
{
    private static InstanceRecord Record(IReadOnlyList<string> env, string? services = null)
    {
        var start = new DeaStartMessage("app", "v", "dora", 0, "sha", "url", [], new InstanceLimits(64, 64, 100), env,
            JsonDocument.Parse("{}").RootElement, services is null ? null : JsonDocument.Parse(services).RootElement);
        return new InstanceRecord("guid", start, [], InstanceState.Born, default, DateTimeOffset.UnixEpoch, 61001);
    }

    private static Dictionary<string, string> Build(InstanceRecord record) =>
        InstanceEnvironment.Build(record, "10.0.0.1").Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);

    [Fact]
    public void Build_AppsOwn_WinExceptOverIdentity()
    {
        var variables = Build(Record(["LANG=C", "PORT=1", "CF_INSTANCE_INDEX=9", "EMPTY=", "EQUALS=a=b"]));

        (variables["LANG"], variables["PORT"], variables["CF_INSTANCE_INDEX"], variables["EMPTY"], variables["EQUALS"]).ShouldBe(("C", "8080", "0", "", "a=b"));
        variables["CF_INSTANCE_PORTS"].ShouldBe("""[{"external":61001,"internal":8080}]""");
        variables["VCAP_SERVICES"].ShouldBe("{}");
    }

    [Theory]
    [InlineData("""{"db":[{"credentials":{"uri":"redis://x"}},{"credentials":{"uri":"mysql2://u:p@h/d"}}]}""", "mysql2://u:p@h/d")]
    [InlineData("""{"db":[{"credentials":{"uri":"http://x"}}],"odd":1}""", null)]
    public void Build_BoundDatabase_IsDatabaseUrl(string services, string? expected) =>
        Build(Record([], services)).GetValueOrDefault("DATABASE_URL").ShouldBe(expected);

    [Fact]
    public void Build_LongestPossibleAndLonger_OneIsRefusedByName()
    {
        Build(Record(["BIG=" + new string('x', InstanceEnvironment.MaxVariableBytes - 4)]))["BIG"].Length.ShouldBe(InstanceEnvironment.MaxVariableBytes - 4);

        Should.Throw<LaunchException>(() => Build(Record(["BIG=" + new string('x', InstanceEnvironment.MaxVariableBytes - 3)])))
            .Message.ShouldBe("the environment variable BIG has 130001 bytes; at most 130000 are possible");
    }
}
