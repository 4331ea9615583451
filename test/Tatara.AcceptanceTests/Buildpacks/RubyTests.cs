using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>Ruby apps with gems.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class RubyTests(SharedPlatform shared) : IAsyncLifetime
{
    private readonly Platform _platform = shared.Platform;
    private readonly HttpClient _http = shared.Platform.CreateClient();
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-ruby-").FullName;
    private Cf _cf = null!;

    public async Task InitializeAsync() => _cf = await Cf.LoggedInAsync(_platform, "ruby");

    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        _http.Dispose();
        _cf.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Push_GemWithExtensionInC_IsBuiltWhileStagingAndRunsWithoutACompiler()
    {
        var push = (await _cf.RunAsync("push", "tally", "-p", Path.Combine(Platform.Root, "samples", "ruby"), "-m", "128M")).Succeeded();

        push.ShouldContain("(.ruby-version)");
        push.ShouldContain("Bundle complete: 2 gems");
        var page = await _http.GetStringAsync(_platform.AppUrl("tally"));
        page.ShouldContain("Hello from Ruby 3.1.");
        page.ShouldContain("255 has 8 ones, says C.");
        (await _cf.RunAsync("delete", "tally", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_GemfileLockThatDoesNotFit_SaysWhatToDo()
    {
        File.WriteAllText(Path.Combine(_directory, "Gemfile"), "source \"https://rubygems.org\"\ngem \"webrick\"\ngem \"rake\"\n");
        File.WriteAllText(Path.Combine(_directory, "Gemfile.lock"), """
            GEM
              remote: https://rubygems.org/
              specs:
                webrick (1.8.1)

            PLATFORMS
              x86_64-linux

            DEPENDENCIES
              webrick

            """);

        var push = (await _cf.RunAsync("push", "unfit", "-p", _directory, "-m", "128M")).Failed();

        push.ShouldContain("Gemfile.lock does not fit Gemfile");
        push.ShouldContain("Run 'bundle install' where you develop");
        (await _cf.RunAsync("delete", "unfit", "-f", "-r")).Succeeded();
    }
}
