using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>The Go buildpack with real apps.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class GoTests(SharedPlatform shared) : BuildpackTest(shared, "go")
{
    [Fact]
    public async Task Push_Module_IsCompiledWithWhatItVendors()
    {
        var sample = Path.Combine(Platform.Root, "samples", "go");
        (await Cf.RunAsync("push", "hello", "-p", sample, "-m", "64M", "--no-start")).Succeeded();
        (await Cf.RunAsync("set-env", "hello", "GO_LINKER_SYMBOL", "main.release")).Succeeded();
        (await Cf.RunAsync("set-env", "hello", "GO_LINKER_VALUE", "number 7")).Succeeded();
        var start = (await Cf.RunAsync("start", "hello")).Succeeded();
        start.ShouldContain("Using Go 1.19");
        start.ShouldContain("Using the packages in vendor/");

        (await Http.GetStringAsync(Platform.AppUrl("hello"))).ShouldMatch(@"^Hello from Go on go1\.19[0-9.]*\nrelease: number 7\n$");
        (await Cf.RunAsync("delete", "hello", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_SeveralPrograms_AsksWhichAndSaysWhyOneDoesNotCompile()
    {
        Write("go.mod", "module example.com/two\n\ngo 1.19\n");
        Write("cmd/first/main.go", "package main\n\nfunc main() { undefinedHere() }\n");
        Write("cmd/second/main.go", "package main\n\nfunc main() {}\n");
        (await Cf.RunAsync("push", "two", "-p", Folder, "-m", "64M")).Failed()
            .ShouldMatch(@"The app has several programs: example\.com/two/cmd/first example\.com/two/cmd/second(.|\n)*GO_INSTALL_PACKAGE_SPEC");

        (await Cf.RunAsync("set-env", "two", "GO_INSTALL_PACKAGE_SPEC", "./cmd/first")).Succeeded();
        (await Cf.RunAsync("push", "two", "-p", Folder, "-m", "64M")).Failed()
            .ShouldMatch(@"main\.go:3:15: undefined: undefinedHere(.|\n)*The app does not compile(.|\n)*go build");
        (await Cf.RunAsync("delete", "two", "-f", "-r")).Succeeded();
    }

    private void Write(string name, string content)
    {
        var file = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}
