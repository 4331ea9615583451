namespace Tatara.Tests.Buildpacks;

public sealed class RubyBuildpackTests : BuildpackTestBase
{
    private static readonly string[] Libraries = ["ruby", "bundle", "rails"];

    public RubyBuildpackTests() : base("ruby") => Dependencies("ruby 3.1.2", "ruby 3.3.6");

    [Theory]
    [InlineData("ruby \"3.1.2\"", "3.1.2\tGemfile")]
    [InlineData("ruby '~> 3.1'  # what production has", "~> 3.1\tGemfile")]
    [InlineData("ruby(\">= 3.1\", \"< 3.4\")", ">= 3.1,< 3.4\tGemfile")]
    [InlineData("  ruby \"3.1.2\", engine: \"ruby\", engine_version: \"3.1.2\"", "3.1.2\tGemfile")]
    [InlineData("ruby '3.1.2', :patchlevel => '20'", "3.1.2\tGemfile")]
    [InlineData("# ruby \"2.0\"\ngem 'rack'", "")]
    public void RubyRequest_Gemfile_IsRead(string gemfile, string request)
    {
        AppFile("Gemfile", gemfile + "\n");

        Run("ruby_request .", Libraries).Output.TrimEnd('\n').ShouldBe(request);
    }

    [Theory]
    [InlineData(".ruby-version", "ruby-3.1.2\n", "3.1.2")]
    [InlineData(".ruby-version", "3.1\n", "3.1")]
    [InlineData(".ruby-version", "# ours\n3.1.2-p20\n", "3.1.2")]
    [InlineData(".tool-versions", "nodejs 20.1.0\nruby 3.3.6 # new\n", "3.3.6")]
    public void RubyRequest_VersionFile_IsRead(string file, string content, string version)
    {
        AppFile(file, content);
        Run("ruby_request .", Libraries).Output.ShouldBe($"{version}\t{file}\n");

        AppFile("Gemfile", $"ruby file: \"{file}\"\n");
        Run("ruby_request .", Libraries).Output.ShouldBe($"{version}\t{file}\n");

        AppFile("Gemfile", "ruby '3.1.2'\n");
        Run("ruby_request .", Libraries).Output.ShouldBe("3.1.2\tGemfile\n");
    }

    [Theory]
    [InlineData("ruby '2.7.8'", "ruby 2.7.8, asked for in Gemfile, is not in this buildpack", "3.1.2 3.3.6")]
    [InlineData("ruby file: 'versions/ruby'", "'versions/ruby', which is not there", "Push that file")]
    [InlineData("ruby '3.1.2', engine: 'jruby', engine_version: '9.4'", "engine jruby", "MRI only")]
    public void Supply_RubyThatIsNotThere_SaysWhatThereIs(string line, string what, string advice)
    {
        AppFile("Gemfile", line + "\n");

        var supply = Bin("supply");

        supply.ExitCode.ShouldBe(1);
        supply.Output.ShouldContain(what);
        supply.Output.ShouldContain(advice);
    }

    [Fact]
    public void PrepareBundle_OtherBundlerAndConfiguration_FitWhatIsHere()
    {
        AppFile("Gemfile", "source 'https://rubygems.org'\nruby file: '.ruby-version'\n");
        AppFile("Gemfile.lock", "DEPENDENCIES\n  rack\n\nBUNDLED WITH\n   4.0.1\n");
        AppFile(".bundle/config", "---\nBUNDLE_PATH: \"vendor/bundle\"\nBUNDLE_DEPLOYMENT: \"true\"\nBUNDLE_WITHOUT: \"test\"\n");

        var prepared = Run("bundle() { echo 'Bundler version 2.3.15'; }; prepare_bundle . 3.1.2; cat Gemfile Gemfile.lock .bundle/config", Libraries).Output;

        prepared.ShouldContain("written by Bundler 4.0.1; Bundler 2.3.15 reads it here");
        prepared.ShouldEndWith("""
            ruby "3.1.2"
            DEPENDENCIES
              rack

            ---
            BUNDLE_WITHOUT: "test"

            """);
    }

    [Fact]
    public void PrepareBundle_MergeConflict_SaysSo()
    {
        AppFile("Gemfile", "");
        AppFile("Gemfile.lock", "GEM\n<<<<<<< HEAD\n    rack (2.0)\n=======\n    rack (3.0)\n>>>>>>> other\n");

        Run("bundle() { echo 'Bundler version 2.3.15'; }; prepare_bundle . 3.1.2", Libraries).Output.ShouldContain("conflict marks of a git merge");
    }

    [Theory]
    [InlineData("Your bundle only supports platforms [\"arm64-darwin-22\"] but your local platform is x86_64-linux.", "bundle lock --add-platform x86_64-linux")]
    [InlineData("You are trying to install in deployment mode after changing\nyour Gemfile.", "does not fit Gemfile")]
    [InlineData("There was an error parsing `Gemfile`: syntax error", "Gemfile cannot be read")]
    [InlineData("ERROR: Failed to build gem native extension.", "C code of a gem does not build")]
    [InlineData("Your Ruby version is 3.1.2, but your Gemfile specified 3.2.0", "3.1.2 3.3.6")]
    public void ExplainBundleFailure_Kind_SaysWhatToDo(string output, string advice)
    {
        AppFile("log", output);

        var explained = Run("explain_bundle_failure log", Libraries);

        explained.ExitCode.ShouldBe(1);
        explained.Output.ShouldContain(advice);
        explained.Output.ShouldContain(output.Split('\n')[0]);
    }

    [Fact]
    public void Indent_AddressWithLogin_IsShownWithoutIt() =>
        Run("echo 'Bad username or password for https://joe:s3cret@gems.example.com/' | indent", Libraries).Output
            .ShouldBe("       Bad username or password for https://***@gems.example.com/\n");

    [Theory]
    [InlineData("config.ru", "    puma (6.0.0)", "bundle exec puma -b tcp://0.0.0.0:$PORT")]
    [InlineData("config.ru", "    rack (2.2.0)", "bundle exec rackup config.ru --host 0.0.0.0 -p $PORT")]
    [InlineData("app.rb", "    sinatra (3.0.5)", "bundle exec ruby app.rb -o 0.0.0.0 -p $PORT")]
    [InlineData("config.ru", "    railties (6.1.7)", "bundle exec rails server -b 0.0.0.0 -p $PORT -e $RAILS_ENV")]
    [InlineData("bin/rails", "    railties (6.1.7)", "bundle exec ruby bin/rails server -b 0.0.0.0 -p $PORT -e $RAILS_ENV")]
    public void Release_KindOfApp_StartsAsUsual(string file, string locked, string command)
    {
        AppFile(file, "require 'sinatra'\n");
        AppFile("Gemfile.lock", $"GEM\n  specs:\n{locked}\n");

        Bin("release").Output.ShouldContain($"web: {command}\n");
    }

    [Fact]
    public void PrecompileAssets_WithoutRake_IsLeftOut()
    {
        AppFile("Gemfile.lock", "GEM\n  specs:\n    railties (6.1.7)\n");

        var result = Run("precompile_assets .", Libraries);

        result.ExitCode.ShouldBe(0);
        result.Output.ShouldContain("No assets are compiled");
    }

    [Fact]
    public void PrecompileAssets_RakefileThatFails_ShowsWhy()
    {
        AppFile("Rakefile", "");
        AppFile("Gemfile.lock", "GEM\n  specs:\n    rake (13.0.6)\n");

        var result = Run("bundle() { echo 'PG::ConnectionBad: no server'; return 1; }; precompile_assets .", Libraries);

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("PG::ConnectionBad");
        result.Output.ShouldContain("must run without the database");
    }

    [Fact]
    public void WriteSecret_StagedTwice_StaysTheSame()
    {
        var secrets = Run("write_secret . . first; write_secret . . second; cat first second", Libraries).Output.Trim().Split('\n');

        secrets.Length.ShouldBe(2);
        secrets[0].ShouldBe(secrets[1]);
        secrets[0].ShouldMatch("[0-9a-f]{128}");
    }
}
