using Tatara.Buildpacks;
using Tatara.Configuration;

namespace Tatara.Tests.Buildpacks;

/// <summary>What a manifest may leave out of the distribution's packages.</summary>
public sealed class BuildpackManifestTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Load_Without_IsWhatThePackagesLose() =>
        Load("usr/share/doc").Dependencies.Single().Without.ShouldBe(["usr/share/doc"]);

    [Theory]
    [InlineData("/etc")]
    [InlineData("usr/../../../etc")]
    public void Load_WithoutOutsideOfThePackages_IsRefused(string path) =>
        Should.Throw<SetupException>(() => Load(path)).Message.ShouldContain($"'{path}' leads out of the packages");

    private BuildpackManifest Load(string without)
    {
        File.WriteAllText(_file, $"""
            dependencies:
              - name: go
                version_of: golang
                stacks: [bookworm]
                packages: [golang]
                without: [{without}]

            """);
        return BuildpackManifest.Load(_file);
    }
}
