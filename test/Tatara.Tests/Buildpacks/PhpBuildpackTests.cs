namespace Tatara.Tests.Buildpacks;

public sealed class PhpBuildpackTests() : BuildpackTestBase("php")
{
    [Theory]
    [InlineData("8.2.36", "^8.1", true)]
    [InlineData("8.2.36", "^8.3", false)]
    [InlineData("9.0.0", "^8.1", false)]
    [InlineData("0.3.9", "^0.3", true)]
    [InlineData("0.4.0", "^0.3", false)]
    [InlineData("8.2.36", "~8.1", true)]
    [InlineData("8.2.36", "~8.1.0", false)]
    [InlineData("8.2.36", "~8", true)]
    [InlineData("8.2.36", "8.2.*", true)]
    [InlineData("8.20.1", "8.2.*", false)]
    [InlineData("8.2.36", "8.2", false)]
    [InlineData("8.2.36", "8.2.36", true)]
    [InlineData("8.2.36", "*", true)]
    [InlineData("8.2.36", "^7.4 || ^8.0", true)]
    [InlineData("8.2.36", "^7.4|^8.3", false)]
    [InlineData("8.2.36", ">=8.1 <8.3", true)]
    [InlineData("8.2.36", ">= 8.1, < 8.2", false)]
    [InlineData("8.2.36", "8.1 - 8.2", true)]
    [InlineData("8.2.36", "8.1 - 8.2.5", false)]
    [InlineData("8.2.36", ">=8.0 !=8.2.36", false)]
    [InlineData("8.2.36", ">=8.1@stable", true)]
    public void ComposerMatches_Constraint_AsComposerReadsIt(string version, string constraint, bool matches) =>
        Run($"composer_matches '{version}' '{constraint}'", "semver").ExitCode.ShouldBe(matches ? 0 : 1);

    [Theory]
    [InlineData("rm -rf /")]
    [InlineData("")]
    [InlineData("eight")]
    [InlineData("$(id)")]
    public void ComposerMatches_NoConstraint_IsSaid(string constraint) =>
        Run($"composer_matches 8.2.36 '{constraint}'", "semver").ExitCode.ShouldBe(2);

    [Theory]
    [InlineData("^8.1", null, "8.3.5")]
    [InlineData("^8.1", "8.2.x", "8.2.36")]
    [InlineData(null, "{PHP_82_LATEST}", "8.2.36")]
    [InlineData(null, "{PHP_DEFAULT}", "8.3.5")]
    [InlineData(null, null, "8.3.5")]
    public void ResolvePhp_ComposerAndOptions_TheNewestThatBothAllow(string? composer, string? option, string expected)
    {
        Dependencies("php 8.2.36", "php 8.3.5");
        Ask(composer, option);

        Run("resolve_php .", "options", "semver").Output.Trim().ShouldBe(expected);
    }

    [Theory]
    [InlineData("^7.4", null, "No PHP in this buildpack fits composer.json (require.php: ^7.4)", "8.2.36 8.3.5")]
    [InlineData("8.2", null, "write ^8.2 or 8.2.*", "8.2.36 8.3.5")]
    [InlineData("^8.3", "8.2.x", "require.php: ^8.3) and .bp-config/options.json (PHP_VERSION: 8.2.x)", "8.2.36 8.3.5")]
    [InlineData("newest", null, "'newest', which is no version constraint", "^8.2")]
    public void ResolvePhp_NoneFits_SaysWhoAskedAndWhatThereIs(string? composer, string? option, string message, string there)
    {
        Dependencies("php 8.2.36", "php 8.3.5");
        Ask(composer, option);

        var (exitCode, output) = Run("resolve_php .", "options", "semver");

        exitCode.ShouldBe(1);
        output.ShouldContain(message);
        output.ShouldContain(there);
    }

    [Theory]
    [InlineData("{\"WEB_SERVER\": \"caddy\"}", "one of httpd, nginx, none")]
    [InlineData("{\"WEBDIR\": \"../..\"}", "not a folder inside the app")]
    [InlineData("{\"LIBDIR\": \"a b|e touch /tmp/x\"}", "not a folder inside the app")]
    [InlineData("{\"ADMIN_EMAIL\": \"me\\\"\\nInclude /etc/passwd\"}", "no mail address")]
    [InlineData("{\"WEBDIR\": \"public\",}", "cannot be read")]
    [InlineData("[]", "it is not an object")]
    public void CheckOptions_WhatCannotBe_IsRefused(string options, string message)
    {
        AppFile(".bp-config/options.json", options);

        var (exitCode, output) = Run("check_options .", "options");

        exitCode.ShouldBe(1);
        output.ShouldContain(message);
    }

    [Fact]
    public void AskedExtensions_OfAllSources_AreCollected()
    {
        AppFile(".bp-config/options.json", """{"PHP_EXTENSIONS": ["redis"]}""");
        AppFile("composer.json", """{"require": {"php": "^8.2", "ext-intl": "*", "acme/x": "1"}}""");
        AppFile("composer.lock", """{"packages": [{"name": "acme/x", "require": {"ext-Zend-OPcache": "*", "ext-gd": "*"}}, {"name": "acme/y"}]}""");

        Run("asked_extensions .", "options", "extensions").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["gd", "intl", "opcache", "redis"], ignoreOrder: true);
    }

    [Fact]
    public void Placeholders_KnownAndUnknown_BecomeValuesAndVariables()
    {
        AppFile(".bp-config/options.json", """{"WEBDIR": "public", "WEB_SERVER": "nginx"}""");
        AppFile("conf/x.conf", "@{WEBDIR} #{LIBDIR} @{HOME} @{PHP_FPM_LISTEN} ${PORT}");

        Run("fill_placeholders . conf; cat conf/x.conf", "options").Output.Trim()
            .ShouldBe("public lib ${HOME} ${TMPDIR}/php-fpm.socket ${PORT}");
    }

    [Fact]
    public void GatherWebFiles_NoFolderOfThatName_ThePagesMoveAndTheRestStays()
    {
        foreach (var file in new[] { "index.php", ".htaccess", "img/a.png", "lib/helper.php", ".bp-config/options.json", "Procfile", ".profile.d/a.sh" }) AppFile(file, "{}");

        Run("gather_web_files \"$PWD\"", "options", "web").ExitCode.ShouldBe(0);

        foreach (var file in new[] { "htdocs/index.php", "htdocs/.htaccess", "htdocs/img/a.png", "lib/helper.php", ".bp-config/options.json", "Procfile", ".profile.d/a.sh" })
            File.Exists(Path.Combine(App, file)).ShouldBeTrue(file);
    }

    [Fact]
    public void InstallPackages_NoLock_SaysWhatToRun()
    {
        AppFile("composer.json", """{"require": {"php": "^8.2", "monolog/monolog": "^3"}}""");

        var (exitCode, output) = Run("install_packages \"$PWD\" /nowhere", "options", "composer");

        exitCode.ShouldBe(1);
        output.ShouldContain("there is no composer.lock");
        output.ShouldContain("Run 'composer update' where you develop");
    }

    [Theory]
    [InlineData("../vendor")]
    [InlineData("/usr/share")]
    public void VendorDirectory_OutsideTheApp_IsRefused(string directory)
    {
        AppFile("composer.json", $$"""{"config": {"vendor-dir": "{{directory}}"} }""");

        Run("vendor_directory \"$PWD\" \"$PWD\"", "options", "composer").Output.ShouldContain("is not inside the app");
    }

    [Fact]
    public void ComposersOutput_WithSecrets_ShowsNone()
    {
        AppFile("auth.json", """{"http-basic": {"repo.example": {"username": "me", "password": "in-auth-json"}}}""");

        var (_, output) = Run("""
            export COMPOSER_GITHUB_OAUTH_TOKEN=ghp_token COMPOSER_AUTH='{"bearer": {"x.example": "in-variable"}}'
            echo 'GET https://user:word@host/x with ghp_token, in-variable and in-auth-json' | without_secrets .
            """, "options", "composer");

        output.Trim().ShouldBe("GET https://***@host/x with ***, *** and ***");
    }

    [Theory]
    [InlineData("index.php")]
    [InlineData("composer.json")]
    [InlineData("htdocs/index.html")]
    [InlineData("public/index.php")]
    [InlineData(".bp-config/options.json")]
    public void Detect_PhpOfAnyKind_IsFound(string file)
    {
        Bin("detect").ExitCode.ShouldBe(1);
        AppFile(file, "");
        Bin("detect").Output.Trim().ShouldBe("PHP");
    }

    private void Ask(string? composer, string? option)
    {
        if (composer is not null) AppFile("composer.json", $$"""{"require": {"php": "{{composer}}"} }""");
        if (option is not null) AppFile(".bp-config/options.json", $$"""{"PHP_VERSION": "{{option}}"}""");
    }
}
