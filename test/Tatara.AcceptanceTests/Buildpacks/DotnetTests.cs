using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>.NET apps from source, which the machine's own .NET builds and runs.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class DotnetTests(SharedPlatform shared) : BuildpackTest(shared, "dotnet")
{
    [Fact]
    public async Task Push_SourceOfTwoProjects_IsBuiltAndAnswersBehindTheRouter()
    {
        var sample = Path.Combine(Platform.Root, "samples", "dotnet");

        var push = (await Cf.RunAsync("push", "dotnet", "-p", sample, "-m", "128M")).Succeeded();

        push.ShouldContain("Project: Web/Web.csproj");
        push.ShouldContain($"Using .NET runtime {Environment.Version.Major}.");
        var page = await Http.GetStringAsync(Platform.AppUrl("dotnet"));
        page.ShouldContain("Hello, the web, 1.234,5 times!");
        page.ShouldContain($"Running on .NET {Environment.Version.Major}.");
        (await Http.GetStringAsync(Platform.AppUrl("dotnet", "/request"))).ShouldStartWith("https://dotnet.");
        (await Http.GetStringAsync(Platform.AppUrl("dotnet", "/memory"))).ShouldBe("server: False\nheap limit: 64 MB\n");
        (await Cf.RunAsync("delete", "dotnet", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_CodeThatDoesNotCompile_ShowsWhereAndWhatToDo()
    {
        File.WriteAllText(Path.Combine(Folder, "Broken.csproj"),
            $"<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>net{Environment.Version.Major}.0</TargetFramework></PropertyGroup></Project>");
        File.WriteAllText(Path.Combine(Folder, "Program.cs"), "System.Console.WriteLine(nonesuch);\n");

        var push = (await Cf.RunAsync("push", "broken", "-p", Folder, "-m", "128M")).Failed();

        push.ShouldContain("Program.cs(1,26): error CS0103");
        push.ShouldContain("Broken.csproj does not compile");
        (await Cf.RunAsync("delete", "broken", "-f", "-r")).Succeeded();
    }
}
