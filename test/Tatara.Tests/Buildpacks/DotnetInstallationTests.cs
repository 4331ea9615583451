using Tatara.Buildpacks;
using Tatara.Configuration;

namespace Tatara.Tests.Buildpacks;

public sealed class DotnetInstallationTests
{
    private const string Runtimes = """
        Microsoft.AspNetCore.App 9.0.10 [/opt/net/shared/Microsoft.AspNetCore.App]
        Microsoft.AspNetCore.App 10.0.9 [/opt/net/shared/Microsoft.AspNetCore.App]
        Microsoft.NETCore.App 9.0.10 [/opt/net/shared/Microsoft.NETCore.App]
        Microsoft.NETCore.App 10.0.9 [/opt/net/shared/Microsoft.NETCore.App]
        Microsoft.NETCore.App 10.0.10 [/opt/net/shared/Microsoft.NETCore.App]
        Microsoft.NETCore.App 10.1.0-rc.1 [/opt/net/shared/Microsoft.NETCore.App]
        """;

    [Fact]
    public void PartOfRuntime_SeveralPatches_TakesTheNewestRelease()
    {
        var part = DotnetInstallation.PartOfRuntime(Runtimes, 10);

        (part.Version, part.Root).ShouldBe(("10.0.10", "/opt/net"));
        part.Paths.ShouldBe(["dotnet", "host/fxr/10.0.10", "shared/Microsoft.NETCore.App/10.0.10", "shared/Microsoft.AspNetCore.App/10.0.9"]);
    }

    [Fact]
    public void PartOfSdk_SeveralFeatureBands_TakesTheNewest() =>
        DotnetInstallation.PartOfSdk("9.0.306 [/opt/net/sdk]\n10.0.108 [/opt/net/sdk]\n10.0.401 [/opt/net/sdk]\n", 10).Paths
            .ShouldBe(["sdk/10.0.401", "sdk-manifests"]);

    [Fact]
    public void PartOfRuntime_NoneOfTheMajor_SaysWhatToInstall() =>
        Should.Throw<SetupException>(() => DotnetInstallation.PartOfRuntime(Runtimes, 8)).Message.ShouldContain("no dotnet-runtime 8.x");
}
