using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>.NET apps from source, which the machine's own .NET builds and runs.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class DotnetTests(SharedPlatform shared) : IAsyncLifetime
{
    private readonly Platform _platform = shared.Platform;
    private readonly HttpClient _http = shared.Platform.CreateClient();
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-dotnet-").FullName;
    private Cf _cf = null!;

    public async Task InitializeAsync() => _cf = await Cf.LoggedInAsync(_platform, "dotnet");

    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        _http.Dispose();
        _cf.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Push_SourceOfTwoProjects_IsBuiltAndAnswersBehindTheRouter()
    {
        var sample = Path.Combine(Platform.Root, "samples", "dotnet");

        var push = (await _cf.RunAsync("push", "dotnet", "-p", sample, "-m", "128M")).Succeeded();

        push.ShouldContain("Project: Web/Web.csproj");
        push.ShouldContain($"Using .NET runtime {Environment.Version.Major}.");
        var page = await _http.GetStringAsync(_platform.AppUrl("dotnet"));
        page.ShouldContain("Hello, the web, 1.234,5 times!");
        page.ShouldContain($"Running on .NET {Environment.Version.Major}.");
        (await _http.GetStringAsync(_platform.AppUrl("dotnet", "/request"))).ShouldStartWith("https://dotnet.");
        (await _http.GetStringAsync(_platform.AppUrl("dotnet", "/memory"))).ShouldBe("server: False\nheap limit: 64 MB\n");
        (await _cf.RunAsync("delete", "dotnet", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_CodeThatDoesNotCompile_ShowsWhereAndWhatToDo()
    {
        File.WriteAllText(Path.Combine(_directory, "Broken.csproj"),
            $"<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>net{Environment.Version.Major}.0</TargetFramework></PropertyGroup></Project>");
        File.WriteAllText(Path.Combine(_directory, "Program.cs"), "System.Console.WriteLine(nonesuch);\n");

        var push = (await _cf.RunAsync("push", "broken", "-p", _directory, "-m", "128M")).Failed();

        push.ShouldContain("Program.cs(1,26): error CS0103");
        push.ShouldContain("Broken.csproj does not compile");
        (await _cf.RunAsync("delete", "broken", "-f", "-r")).Succeeded();
    }
}
