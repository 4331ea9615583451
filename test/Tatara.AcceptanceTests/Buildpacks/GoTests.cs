using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>The Go buildpack with real apps.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class GoTests(SharedPlatform shared) : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-go-").FullName;
    private readonly Platform _platform = shared.Platform;
    private readonly HttpClient _http = shared.Platform.CreateClient();
    private Cf _cf = null!;

    public async Task InitializeAsync() => _cf = await Cf.LoggedInAsync(_platform, "go");

    public Task DisposeAsync()
    {
        _http.Dispose();
        _cf.Dispose();
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Push_Module_IsCompiledWithWhatItVendors()
    {
        var sample = Path.Combine(Platform.Root, "samples", "go");
        (await _cf.RunAsync("push", "hello", "-p", sample, "-m", "64M", "--no-start")).Succeeded();
        (await _cf.RunAsync("set-env", "hello", "GO_LINKER_SYMBOL", "main.release")).Succeeded();
        (await _cf.RunAsync("set-env", "hello", "GO_LINKER_VALUE", "number 7")).Succeeded();
        var start = (await _cf.RunAsync("start", "hello")).Succeeded();
        start.ShouldContain("Using Go 1.19");
        start.ShouldContain("Using the packages in vendor/");

        (await _http.GetStringAsync(_platform.AppUrl("hello"))).ShouldMatch(@"^Hello from Go on go1\.19[0-9.]*\nrelease: number 7\n$");
        (await _cf.RunAsync("delete", "hello", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_SeveralPrograms_AsksWhichAndSaysWhyOneDoesNotCompile()
    {
        Write("go.mod", "module example.com/two\n\ngo 1.19\n");
        Write("cmd/first/main.go", "package main\n\nfunc main() { undefinedHere() }\n");
        Write("cmd/second/main.go", "package main\n\nfunc main() {}\n");
        (await _cf.RunAsync("push", "two", "-p", _directory, "-m", "64M")).Failed()
            .ShouldMatch(@"The app has several programs: example\.com/two/cmd/first example\.com/two/cmd/second(.|\n)*GO_INSTALL_PACKAGE_SPEC");

        (await _cf.RunAsync("set-env", "two", "GO_INSTALL_PACKAGE_SPEC", "./cmd/first")).Succeeded();
        (await _cf.RunAsync("push", "two", "-p", _directory, "-m", "64M")).Failed()
            .ShouldMatch(@"main\.go:3:15: undefined: undefinedHere(.|\n)*The app does not compile(.|\n)*go build");
        (await _cf.RunAsync("delete", "two", "-f", "-r")).Succeeded();
    }

    private void Write(string name, string content)
    {
        var file = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}
