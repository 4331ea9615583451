using Tatara.Dea.Droplets;
using Tatara.Dea.Staging;

namespace Tatara.Dea.Tests.Staging;

public sealed class StagingResultTests
{
    [Fact]
    public void HostileYaml_UsualRelease_GivesCommands()
    {
        var types = HostileYaml.ReadScalars("---\naddons: [a, {b: c}]\nconfig_vars:\n  X: y\ndefault_process_types:\n  web: bundle exec rackup\n  odd: [x]\n", "default_process_types");

        types.ShouldBe(new Dictionary<string, string> { ["web"] = "bundle exec rackup" });
    }

    [Fact]
    public void HostileYaml_DeeplyNested_NeitherCrashesNorTakesLong() =>
        Should.Throw<YamlDotNet.Core.YamlException>(() => HostileYaml.ReadScalars("a: " + new string('[', 60_000)));

    [Theory]
    [InlineData("")]
    [InlineData("just text")]
    [InlineData("- a\n- b\n")]
    public void HostileYaml_NoMapping_IsEmpty(string text) => HostileYaml.ReadScalars(text).ShouldBeEmpty();

    [Fact]
    public void StagingInfo_OwnWriting_IsReadBack()
    {
        var directory = Directory.CreateTempSubdirectory("staging-info-");
        var result = new StagingResult("Ruby \"1.0\"", [0], new Dictionary<string, string> { ["web"] = "sh -c 'echo \"é: #x\"'" });

        File.WriteAllText(Path.Combine(directory.FullName, StagingInfo.FileName), result.ToStagingInfo());

        StagingInfo.ReadStartCommand(directory.FullName).ShouldBe("sh -c 'echo \"é: #x\"'");
        directory.Delete(recursive: true);
    }

    [Fact]
    public void StagingInfo_ALink_IsNotFollowed()
    {
        var directory = Directory.CreateTempSubdirectory("staging-info-");
        File.WriteAllText(Path.Combine(directory.FullName, "other"), "start_command: evil");
        File.CreateSymbolicLink(Path.Combine(directory.FullName, StagingInfo.FileName), "other");

        StagingInfo.ReadStartCommand(directory.FullName).ShouldBeNull();
        directory.Delete(recursive: true);
    }

    [Fact]
    public void Procfile_OddLines_AreLeftOut() =>
        Procfile.Parse("web: a: b\n# x\nno colon\n worker: y\nempty:\nok-1:\tc  \r\n").ShouldBe([("web", "a: b"), ("ok-1", "c")]);

    [Theory]
    [InlineData("web: \"bundle exec rackup\"\nworker: |\n  sleep 5\n", "bundle exec rackup", "sleep 5")]
    [InlineData("web: 'a' b\nworker: c\n", "'a' b", "c")]
    public void Procfile_Yaml_IsReadAsSuch(string text, string web, string worker) => Procfile.Parse(text).ShouldBe([("web", web), ("worker", worker)]);

    [Fact]
    public void Parse_LaunchFiles_LaterOnesAndTheProcfileWin()
    {
        var result = StagingResult.Parse(
            new Dictionary<string, string>
            {
                ["chosen"] = "1\n0\n",
                ["launch-0"] = "processes:\n- {type: web, command: one}\n- {type: agent, command: a1, platforms: {cloudfoundry: {sidecar_for: [web]}}}\n",
                ["launch-1"] = "processes:\n- {type: web, command: two}\n- {type: worker, command: w}\n- {type: agent, command: a2, platforms: {cloudfoundry: {sidecar_for: [worker]}}, limits: {memory: 20}}\n",
                ["Procfile"] = "worker: mine",
                ["config-1"] = "name: second\nversion: 2.0",
                ["version-0"] = "1.0\nmore",
                ["version-1"] = "unused",
            }, 2);

        result.ProcessTypes.ShouldBe(new Dictionary<string, string> { ["web"] = "two", ["worker"] = "mine" });
        var sidecar = result.Sidecars.ShouldHaveSingleItem();
        (sidecar.Name, sidecar.Command, sidecar.ProcessTypes.Single(), sidecar.Memory).ShouldBe(("agent", "a2", "worker", 20));
        result.About(0).ShouldBe(new Tatara.Protocol.UsedBuildpack("", null, "1.0"));
        result.About(1).ShouldBe(new Tatara.Protocol.UsedBuildpack("", "second", "2.0"));
    }

    [Theory]
    [InlineData("processes: [[[[[[[[[[[[[[[[[[[[")]
    [InlineData("{broken")]
    public void Parse_LaunchFileThatIsNone_SaysSo(string text) =>
        Should.Throw<StagingException>(() => StagingResult.Parse(new Dictionary<string, string> { ["chosen"] = "0", ["launch-0"] = text }, 1))
            .Message.ShouldStartWith("A launch.yml that a buildpack wrote cannot be read");

    [Theory]
    [InlineData("processes: no list")]
    [InlineData("processes:\n- just text\n- {type: a b, command: x}\n- {type: web}\n- {type: web, command: [x]}\n- {command: *nothing}\n")]
    [InlineData("- a")]
    public void LaunchFile_OddShapes_AreLeftOut(string text) => LaunchFile.Read(text).ShouldBeEmpty();

    [Fact]
    public void Parse_ConfigFileThatIsNone_IsForgiven() =>
        StagingResult.Parse(new Dictionary<string, string> { ["chosen"] = "0", ["config-0"] = "{broken", ["version-0"] = "3" }, 1).About(0).Version.ShouldBe("3");
}
