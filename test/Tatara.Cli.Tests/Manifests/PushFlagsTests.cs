using Tatara.Cli.Manifests;

namespace Tatara.Cli.Tests.Manifests;

public sealed class PushFlagsTests
{
    [Fact]
    public void ApplyTo_AllFlags_WinOverTheManifest()
    {
        var flags = new PushFlags
        {
            Memory = "64M",
            Disk = "1G",
            Instances = 2,
            StartCommand = "null",
            Buildpacks = ["a", "b"],
            HealthCheckType = "process",
            HealthCheckTimeout = 9,
            Stack = "bookworm",
            NoRoute = true,
        };

        Apply(flags, """
            applications:
            - name: dora
              memory: 1G
              disk-quota: 2G
              health-check-type: http
              health-check-http-endpoint: /up
              buildpack: old
            """).ShouldBe("""
            applications:
            - name: dora
              memory: 64M
              health-check-type: process
              instances: 2
              command: null
              timeout: 9
              disk_quota: 1G
              no-route: true
              stack: bookworm
              buildpacks:
              - a
              - b

            """);
    }

    [Fact]
    public void ApplyTo_ManifestDescribesWebProcess_ChangesThat() =>
        Apply(new PushFlags { Memory = "64M", Instances = 3 }, "applications:\n- name: dora\n  processes:\n  - type: worker\n  - type: web\n    memory: 1G\n").ShouldBe("""
            applications:
            - name: dora
              processes:
              - type: worker
              - type: web
                memory: 64M
                instances: 3
              default-route: true

            """);

    [Fact]
    public void ApplyTo_NameThatLooksLikeANumber_StaysText() =>
        new PushFlags { AppName = "123" }.ApplyTo(Manifest.Of(null)).ToYaml().ShouldBe("applications:\n- name: \"123\"\n  default-route: true\n");

    [Fact]
    public void ApplyTo_SeveralAppsAndName_PicksOne() =>
        new PushFlags { AppName = "b", Memory = "1G" }.ApplyTo(Read("applications:\n- name: a\n- name: b\n")).AppNames.ShouldBe(["b"]);

    [Fact]
    public void ApplyTo_OneAppAndOtherName_RenamesIt() =>
        new PushFlags { AppName = "b" }.ApplyTo(Read("applications:\n- name: a\n")).AppNames.ShouldBe(["b"]);

    [Fact]
    public void ApplyTo_SeveralAppsAndUnknownName_Fails() =>
        Should.Throw<CfException>(() => Apply(new PushFlags { AppName = "c" }, "applications:\n- name: a\n- name: b\n"))
            .Message.ShouldBe("Could not find app named 'c' in manifest");

    [Fact]
    public void ApplyTo_SeveralAppsAndFlags_Fails() =>
        Should.Throw<UsageException>(() => Apply(new PushFlags { Memory = "1G" }, "applications:\n- name: a\n- name: b\n"))
            .Message.ShouldContain("cannot be applied when pushing multiple apps");

    [Fact]
    public void ApplyTo_NoNameAnywhere_Fails() =>
        Should.Throw<UsageException>(() => Apply(new PushFlags(), "applications:\n- memory: 1G\n")).Message.ShouldContain("requires an app name");

    [Fact]
    public void ApplyTo_EndpointAgainstManifestsType_Fails() =>
        Should.Throw<UsageException>(() => Apply(new PushFlags { HealthCheckEndpoint = "/up" }, "applications:\n- name: a\n  health-check-type: port\n"))
            .Message.ShouldContain("health-check-type set to port");

    [Theory]
    [InlineData("random-route: true")]
    [InlineData("no-route: true")]
    public void ApplyTo_RoutesSettled_AsksForNoDefaultRoute(string line) =>
        Apply(new PushFlags(), $"applications:\n- name: a\n  {line}\n").ShouldNotContain("default-route");

    private static string Apply(PushFlags flags, string manifest) => flags.ApplyTo(Read(manifest)).ToYaml();

    private static Manifest Read(string text) => ManifestReader.Parse(text, "/m.yml", new Variables());
}
