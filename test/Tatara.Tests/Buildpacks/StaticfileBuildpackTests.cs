namespace Tatara.Tests.Buildpacks;

public sealed class StaticfileBuildpackTests() : BuildpackTestBase("staticfile")
{
    [Theory]
    [InlineData("root: ../..\n", "leads out of the app")]
    [InlineData("root: /etc\n", "leads out of the app")]
    [InlineData("root: dist\n", "is not a folder of the app")]
    [InlineData("rooot: public\n", "line 1: there is no option 'rooot'")]
    [InlineData("pushstate: enabled\nnonsense\n", "line 2")]
    [InlineData("status_codes: 404\n", "status_codes takes no value")]
    [InlineData("status_codes:\n  404: gone.html\n", "line 2: '404: gone.html' is no page for a status")]
    [InlineData("status_codes:\n  4444: /x.html\n", "not a list of statuses")]
    [InlineData("location_include: ../../etc/*.conf\n", "is not a path")]
    [InlineData("location_include: a; return 200\n", "is not a path")]
    [InlineData("location_include: includes/*.conf\n", "no nginx/conf/includes/*.conf in the app")]
    public void Check_OptionsThatCannotBe_SaysWhereAndWhat(string staticfile, string message)
    {
        AppFile("Staticfile", staticfile);

        var result = Run("read_staticfile Staticfile; check_options .", "staticfile");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain(message);
    }

    [Fact]
    public void Template_EveryOption_IsInTheConfiguration()
    {
        AppFile("Staticfile", """
            ---
            pushstate: enabled   # the app routes by itself
            directory: visible
            ssi: enabled
            host_dot_files: true
            force_https: true
            http_strict_transport_security: true
            http_strict_transport_security_preload: true
            status_codes:
              404: /gone.html
              "500 502": /oops.html
            """);

        var (_, configuration) = Template();

        foreach (var line in new[]
        {
            "try_files $uri $uri/ /index.html;", "autoindex on;", "ssi on;", "${HTTPS_REDIRECT}",
            "\"max-age=31536000; preload\"", "error_page 404 /gone.html;", "error_page 500 502 /oops.html;",
        }) configuration.ShouldContain(line);
        configuration.ShouldNotContain("location ~ /\\.");
    }

    [Fact]
    public void Template_NoOptions_HidesDotFilesAndRedirectsOnlyWhenTheEnvironmentSaysSo()
    {
        AppFile("Staticfile", "");

        var (_, configuration) = Template();

        configuration.ShouldContain("location ~ /\\. { deny all; return 404; }");
        configuration.ShouldContain("${FORCE_HTTPS_REDIRECT}");
        configuration.ShouldNotContain("try_files");
        configuration.ShouldNotContain("Strict-Transport-Security");
    }

    [Fact]
    public void GatherSite_Root_OnlyItsFilesAreServed()
    {
        AppFile("Staticfile", "root: dist");
        AppFile("secret.txt", "");
        AppFile("dist/index.html", "");

        Run("read_staticfile Staticfile; gather_site \"$PWD\"", "staticfile").ExitCode.ShouldBe(0);

        Directory.GetFiles(Path.Combine(App, "public")).Select(Path.GetFileName).ShouldBe(["index.html"]);
    }

    [Fact]
    public void GatherSite_NoRoot_EverythingButWhatTheBuildpackReads()
    {
        AppFile("Staticfile", "");
        AppFile("Staticfile.auth", "");
        AppFile("index.html", "");
        AppFile("public/style.css", "");
        AppFile("nginx/conf/includes/headers.conf", "");

        Run("read_staticfile Staticfile; gather_site \"$PWD\"", "staticfile").ExitCode.ShouldBe(0);

        File.Exists(Path.Combine(App, "public/index.html")).ShouldBeTrue();
        File.Exists(Path.Combine(App, "public/public/style.css")).ShouldBeTrue();
        Directory.GetFileSystemEntries(Path.Combine(App, "public")).Length.ShouldBe(2);
    }

    private (int ExitCode, string Output) Template() => Run("read_staticfile Staticfile; template .", "staticfile", "configuration");
}
