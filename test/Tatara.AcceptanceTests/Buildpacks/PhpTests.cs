using System.Net;
using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>PHP apps, with httpd and with nginx.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class PhpTests(SharedPlatform shared) : BuildpackTest(shared, "php")
{
    [Fact]
    public async Task Push_Sample_ComposersPackageExtensionAndFrontControllerWork()
    {
        (await Cf.RunAsync("push", "php", "-p", Path.Combine(Platform.Root, "samples", "php"), "-m", "128M", "--no-start")).Succeeded();
        (await Cf.RunAsync("set-env", "php", "COMPOSER_GITHUB_OAUTH_TOKEN", "ghp_notforthelog")).Succeeded();
        var staged = (await Cf.RunAsync("start", "php")).Succeeded();
        staged.ShouldContain("Using PHP 8.2");
        staged.ShouldContain("Installing tatara/greeting (1.0.0): Mirroring");
        staged.ShouldNotContain("ghp_notforthelog");

        using var request = new HttpRequestMessage(HttpMethod.Get, Platform.AppUrl("php", "/any/where?x=1"));
        request.Headers.Add("Accept-Language", "ja,en;q=0.5");
        var page = await (await Http.SendAsync(request)).Content.ReadAsStringAsync();
        page.ShouldContain("こんにちは, visitor!");
        page.ShouldContain("PHP: 8.2.");
        page.ShouldContain("server: Apache");
        page.ShouldContain("scheme: https");
        page.ShouldContain("path: /any/where");
        page.ShouldContain("upload limit: 16M");
        (await Http.GetStringAsync(new Uri($"http://php.{Platform.Domain}:{Platform.HttpPort}/"))).ShouldContain("scheme: http<");
        (await Http.GetAsync(Platform.AppUrl("php", "/.htaccess"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        await Eventually.BecomesAsync("httpd's access log among the app's lines", TimeSpan.FromSeconds(15),
            async () => (await Cf.RunAsync("logs", "php", "--recent")).Succeeded(), text => text.Contains("OUT", StringComparison.Ordinal) && text.Contains("vcap_request_id=", StringComparison.Ordinal));
        (await Cf.RunAsync("delete", "php", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_PlainPagesWithNginx_AreServedLoggedAndHealed()
    {
        Write(".bp-config/options.json", """{"WEB_SERVER": "nginx", "PHP_EXTENSIONS": ["gd"], "ADDITIONAL_PREPROCESS_CMDS": ["echo before > $TMPDIR/before"]}""");
        Write(".bp-config/nginx/server-front.conf", "location /front/ { try_files $uri /index.php?$query_string; }");
        Write(".env", "SECRET=1");
        Write("folder/index.html", "in a folder");
        Write("index.php", """
            <?php
            error_log('said on standard error');
            if (isset($_GET['kill'])) { foreach (glob('/proc/[0-9]*/cmdline') as $file) if (str_starts_with(@file_get_contents($file), 'php-fpm: master')) posix_kill((int)basename(dirname($file)), 9); }
            echo 'gd: ', function_exists('imagecreatetruecolor') ? 'yes' : 'no', ', https: ', $_SERVER['HTTPS'] ?? 'off', ', ', trim(file_get_contents(getenv('TMPDIR') . '/before'));
            """);
        var push = (await Cf.RunAsync("push", "pages", "-p", Folder, "-m", "128M")).Succeeded();
        push.ShouldContain("There is no folder htdocs: the app's files move into it");

        (await Http.GetStringAsync(Platform.AppUrl("pages"))).ShouldBe("gd: yes, https: on, before");
        (await Http.GetStringAsync(Platform.AppUrl("pages", "/front/controller"))).ShouldStartWith("gd: yes");
        (await Http.GetStringAsync(Platform.AppUrl("pages", "/folder"))).ShouldBe("in a folder");
        foreach (var path in new[] { "/.env", "/none.php" })
            (await Http.GetAsync(Platform.AppUrl("pages", path))).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);

        using (await Http.GetAsync(Platform.AppUrl("pages", "/?kill=1"))) { }
        await Eventually.BecomesAsync("the reason of the crash in the log", TimeSpan.FromSeconds(30),
            async () => (await Cf.RunAsync("logs", "pages", "--recent")).Succeeded(),
            text => text.Contains("php-fpm ended; the instance ends with it", StringComparison.Ordinal) && text.Contains("ERR", StringComparison.Ordinal) && text.Contains("said on standard error", StringComparison.Ordinal));
        await Eventually.BecomesAsync("another instance answering", TimeSpan.FromSeconds(30), async () =>
        {
            using var answer = await Http.GetAsync(Platform.AppUrl("pages"));
            return answer.StatusCode;
        }, status => status == HttpStatusCode.OK);
        (await Cf.RunAsync("delete", "pages", "-f", "-r")).Succeeded();
    }

    [Theory]
    [InlineData("""{"require": {"monolog/monolog": "^3"} }""", "there is no composer.lock", "Run 'composer update'")]
    [InlineData("""{"require": {"php": "^7.4"} }""", "No PHP in this buildpack fits composer.json (require.php: ^7.4)", "Versions there are: 8.2.")]
    [InlineData("""{"require": {"ext-oci8": "*"} }""", "PHP extensions asked for are not in this buildpack: oci8", "There are: apcu")]
    public async Task Push_WhatCannotBeStaged_SaysWhatToMend(string composer, string wrong, string mend)
    {
        Write("composer.json", composer);
        Write("htdocs/index.php", "<?php");

        var said = (await Cf.RunAsync("push", "broken", "-p", Folder, "-b", "php_buildpack", "-m", "64M")).Failed();

        said.ShouldContain(wrong);
        said.ShouldContain(mend);
        (await Cf.RunAsync("delete", "broken", "-f", "-r")).Succeeded();
    }

    private void Write(string name, string content)
    {
        var file = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}
