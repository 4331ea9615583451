using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>Buildpacks of one's own: installed, changed, used and removed with cf.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class BuildpackTests(SharedPlatform shared) : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-buildpack-").FullName;
    private Cf _cf = null!;

    public async Task InitializeAsync()
    {
        _cf = await Cf.LoggedInAsync(shared.Platform, "buildpacks");
        Write("pack/bin/detect", "#!/bin/bash\nexit 1\n");
        Write("pack/bin/finalize", """
            #!/bin/bash
            echo "-----> Greeting for $CF_STACK with $SHARED"
            echo 'export GREETING="from the buildpack"' >$5/greeting.sh
            printf 'processes:\n- type: web\n  command: ./serve\n- type: worker\n  command: sleep 1000\n- type: agent\n  command: sleep 1000\n  platforms: {cloudfoundry: {sidecar_for: [web]}}\n' >$3/$4/launch.yml
            """);
        Write("pack/VERSION", "1.2.3\n");
        Write("pack/manifest.yml", "language: greeting\nstack: cflinuxfs4\n");
        Write("app/serve", """
            #!/usr/bin/perl
            use IO::Socket::INET;
            my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 5, ReuseAddr => 1) or die;
            while (1) { my $c = $server->accept or next; while (<$c>) { last if /^\r?\n$/ } my $b = "Hello $ENV{GREETING}, $ENV{SHARED} $ENV{COLOR}"; print $c "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " . length($b) . "\r\n\r\n$b"; close $c }
            """);
        Write("app/app.json", """{"env":{"COLOR":"green"},"formation":{"worker":{"quantity":1}}}""");
    }

    public async Task DisposeAsync()
    {
        await _cf.RunAsync("delete-buildpack", "greeting", "-f");
        await _cf.RunAsync("set-staging-environment-variable-group", "{}");
        await _cf.RunAsync("set-running-environment-variable-group", "{}");
        _cf.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Buildpack_CreatedPushedChangedDeleted_GoesAllTheWay()
    {
        (await _cf.RunAsync("create-buildpack", "greeting", Path.Combine(_directory, "pack"), "1", "--disable")).Succeeded()
            .ShouldBe("Creating buildpack greeting as admin...\nOK\n\nUploading buildpack greeting as admin...\n\nOK\n\nProcessing uploaded buildpack greeting...\nOK\n\n");
        (await _cf.RunAsync("buildpacks")).Succeeded().ShouldMatch(@"(?m)^1 +greeting +bookworm +false +false +READY +pack\.zip +buildpack$");
        (await PushAsync()).Failed().ShouldContain("Requested buildpack(s) 'greeting' are disabled and cannot be used for staging");
        (await _cf.RunAsync("update-buildpack", "greeting", "--enable", "--lock", "-i", "2")).Succeeded();
        (await _cf.RunAsync("update-buildpack", "greeting", "-p", Path.Combine(_directory, "pack"))).Failed().ShouldContain("Buildpack is locked");
        (await _cf.RunAsync("set-staging-environment-variable-group", """{"SHARED":"staging"}""")).Succeeded();
        (await _cf.RunAsync("set-running-environment-variable-group", """{"SHARED":"running","OTHER":1}""")).Succeeded();
        (await _cf.RunAsync("running-environment-variable-group")).Succeeded().ShouldMatch(@"OTHER +1\nSHARED +running\n");

        var push = (await PushAsync()).Succeeded();

        push.ShouldContain("-----> Greeting for bookworm with staging");
        push.ShouldContain("app.json: using its values of COLOR");
        var app = (await _cf.RunAsync("app", "greeter")).Succeeded();
        app.ShouldMatch(@"\tgreeting +1\.2\.3 +greeting +greeting");
        app.ShouldMatch(@"type: +web\nsidecars: +agent\n");
        app.ShouldMatch(@"type: +worker\nsidecars: +\ninstances: +\d/1");
        using var http = shared.Platform.CreateClient();
        (await http.GetStringAsync(shared.Platform.AppUrl("greeter"))).ShouldBe("Hello from the buildpack, running green");
        (await _cf.RunAsync("delete-buildpack", "greeting", "-f")).Succeeded().ShouldBe("Deleting buildpack greeting...\nOK\n\n");
        (await _cf.RunAsync("delete-buildpack", "greeting", "-f")).Succeeded().ShouldContain("Buildpack 'greeting' does not exist.");
        (await _cf.RunAsync("update-buildpack", "greeting", "-i", "1")).Failed().ShouldContain("Buildpack 'greeting' not found");
    }

    private Task<CfResult> PushAsync() => _cf.RunAsync("push", "greeter", "-p", Path.Combine(_directory, "app"), "-b", "greeting", "-m", "64M");

    private void Write(string path, string text)
    {
        var file = new FileInfo(Path.Combine(_directory, path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, text + "\n");
        File.SetUnixFileMode(file.FullName, (UnixFileMode)0x1ED);
    }
}
