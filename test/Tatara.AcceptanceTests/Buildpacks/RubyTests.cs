using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>Ruby apps with gems.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class RubyTests(SharedPlatform shared) : BuildpackTest(shared, "ruby")
{
    [Fact]
    public async Task Push_GemWithExtensionInC_IsBuiltWhileStagingAndRunsWithoutACompiler()
    {
        var push = (await Cf.RunAsync("push", "tally", "-p", Path.Combine(Platform.Root, "samples", "ruby"), "-m", "128M")).Succeeded();

        push.ShouldContain("(.ruby-version)");
        push.ShouldContain("Bundle complete: 2 gems");
        var page = await Http.GetStringAsync(Platform.AppUrl("tally"));
        page.ShouldContain("Hello from Ruby 3.1.");
        page.ShouldContain("255 has 8 ones, says C.");
        (await Cf.RunAsync("delete", "tally", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_GemfileLockThatDoesNotFit_SaysWhatToDo()
    {
        File.WriteAllText(Path.Combine(Folder, "Gemfile"), "source \"https://rubygems.org\"\ngem \"webrick\"\ngem \"rake\"\n");
        File.WriteAllText(Path.Combine(Folder, "Gemfile.lock"), """
            GEM
              remote: https://rubygems.org/
              specs:
                webrick (1.8.1)

            PLATFORMS
              x86_64-linux

            DEPENDENCIES
              webrick

            """);

        var push = (await Cf.RunAsync("push", "unfit", "-p", Folder, "-m", "128M")).Failed();

        push.ShouldContain("Gemfile.lock does not fit Gemfile");
        push.ShouldContain("Run 'bundle install' where you develop");
        (await Cf.RunAsync("delete", "unfit", "-f", "-r")).Succeeded();
    }
}
