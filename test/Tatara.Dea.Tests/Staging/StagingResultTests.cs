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
}
