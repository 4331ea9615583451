using System.IO.Compression;
using Tatara.Cli.Tests.Foundry;

namespace Tatara.Cli.Tests.Driving;

public sealed class PushTests : IAsyncLifetime
{
    private readonly TemporaryDirectory app = new();
    private FakeFoundry foundry = null!;
    private Cf cf = null!;

    public async Task InitializeAsync()
    {
        foundry = await FakeFoundry.StartAsync();
        cf = Cf.At(foundry);
        cf.WorkingDirectory = app.Path;
    }

    public async Task DisposeAsync()
    {
        cf.Dispose();
        await foundry.DisposeAsync();
        app.Dispose();
    }

    [Fact]
    public async Task Push_Directory_ShowsEveryStepAndTheApp()
    {
        app.File("config.ru", "run 1");
        foundry.AddRoute("dora");
        foundry.AddLog("STG", "line of an earlier push");
        foundry.OnStagingStart = () => foundry.AddLog("STG", "Staging...");
        foundry.OnStagingEnd = () =>
        {
            foundry.AddLog("API", "not of staging");
            foundry.AddLog("STG", "the very last line");
        };
        foundry.InstanceStates.Clear();
        foundry.InstanceStates.Enqueue(["STARTING"]);
        foundry.InstanceStates.Enqueue(["RUNNING"]);

        var result = await cf.RunAsync("push", "dora", "-m", "64M", "-i", "1");

        result.ShouldSucceed();
        Clean(result.Output).ShouldBe("""
            Pushing app dora to org acme / space dev as admin...
            Packaging files to upload...
            Uploading files...

            Waiting for API to complete processing files...

            Staging app and tracing logs...
               Staging...
               the very last line

            Waiting for app dora to start...

            Instances starting...

            name:              dora
            requested state:   started
            routes:            dora.apps.test
            last uploaded:     Tue 04 Mar 05:06:07 UTC 2025
            stack:             bookworm
            buildpacks:        
            	name             version   detect output   buildpack name
            	ruby_buildpack   1.0.0     ruby            ruby

            type:            web
            sidecars:        
            instances:       1/1
            memory usage:    64M
            start command:   bundle exec rackup
                 state     since   cpu    memory       disk       logging             cpu entitlement   details   ready
            #0   running   SINCE   1.2%   20M of 64M   4K of 1G   0B/s of unlimited   5.0%                        true

            """);
        foundry.Manifest.ShouldBe("applications:\n- name: dora\n  instances: 1\n  memory: 64M\n  default-route: true\n");
        foundry.Uploaded.ShouldBe([("config.ru", "100644")]);
    }

    [Fact]
    public async Task Push_ManifestWithDiff_ShowsItAndUsesPathBesideTheManifest()
    {
        app.File("site/index.html", "hi");
        var manifest = app.File("conf/manifest.yml", "applications:\n- name: ((name))\n  path: ../site\n  memory: 64M\n");
        foundry.ManifestDiff = [System.Text.Json.Nodes.JsonNode.Parse("""{"op":"replace","path":"/applications/0/memory","was":"32M","value":"64M"}""")];

        var result = await cf.RunAsync("push", "-f", manifest, "--var", "name=dora", "--no-start");

        result.ShouldSucceed().Output.ShouldContain($"""
            Applying manifest file {manifest}...

            Updating with these attributes...
              ---
              applications:
              - name: dora
                path: {app.Path}/site
            -   memory: 32M
            +   memory: 64M
                default-route: true
            Manifest applied
            """);
        foundry.Uploaded.ShouldBe([("index.html", "100644")]);
        foundry.IsAsked("POST /v3/builds").ShouldBeFalse();
    }

    [Fact]
    public async Task Push_SomeFilesKnown_UploadsOnlyTheOthers()
    {
        app.File("known", "abc");
        app.File("new", "xyz");
        foundry.KnownChecksums.Add("a9993e364706816aba3e25717850c26c9cd0d89d");

        (await cf.RunAsync("push", "dora", "--no-start")).ShouldSucceed();

        foundry.Uploaded.ShouldBe([("new", "100644")]);
        foundry.Matched.ToJsonString().ShouldBe("""[{"path":"known","mode":"644","checksum":{"value":"a9993e364706816aba3e25717850c26c9cd0d89d"},"size_in_bytes":3}]""");
    }

    [Fact]
    public async Task Push_AllFilesKnown_UploadsNothing()
    {
        app.File("known", "abc");
        foundry.KnownChecksums.Add("a9993e364706816aba3e25717850c26c9cd0d89d");

        (await cf.RunAsync("push", "dora", "--no-start")).ShouldSucceed().Output.ShouldContain("All files found in remote cache; nothing to upload.");

        foundry.Uploaded.ShouldBeNull();
    }

    [Fact]
    public async Task Push_Zip_SendsItsFiles()
    {
        var zip = Path.Combine(app.Path, "app.zip");
        using (var archive = ZipFile.Open(zip, ZipArchiveMode.Create))
        {
            await using var writer = new StreamWriter(archive.CreateEntry("index.html").Open());
            await writer.WriteAsync("hi");
        }

        (await cf.RunAsync("push", "dora", "-p", zip, "--no-start")).ShouldSucceed();

        foundry.Uploaded.ShouldBe([("index.html", "100644")]);
    }

    [Fact]
    public async Task Push_SeveralApps_PushesThemInOrder()
    {
        app.File("a/x", "1");
        app.File("b/y", "2");
        app.File("manifest.yml", "applications:\n- name: one\n  path: a\n- name: two\n  path: b\n  no-route: true\n");

        var result = (await cf.RunAsync("push")).ShouldSucceed();

        result.Output.ShouldStartWith("Pushing apps one, two to org acme / space dev as admin...");
        result.Output.IndexOf("Waiting for app one to start...", StringComparison.Ordinal)
            .ShouldBeLessThan(result.Output.IndexOf("Waiting for app two to start...", StringComparison.Ordinal));
        foundry.Manifest.ShouldContain("- name: two\n  path: " + app.Path + "/b\n  no-route: true\n");
    }

    [Fact]
    public async Task Push_StagingFails_SaysWhyAndWhereToLook()
    {
        app.File("x", "1");
        foundry.StagingFailure = "BuildpackCompileFailed - App staging failed in the buildpack compile phase";
        foundry.OnStagingEnd = () => foundry.AddLog("STG", "bundler exploded", "ERR");

        var result = await cf.RunAsync("push", "dora");

        result.ShouldFail("Error staging application: BuildpackCompileFailed - App staging failed in the buildpack compile phase\n\n"
            + "TIP: use 'cf logs dora --recent' for more information");
        result.Output.ShouldContain("   bundler exploded\n");
        foundry.IsAsked("POST /v3/apps/a-dora/actions").ShouldBeFalse();
    }

    [Fact]
    public async Task Push_NoBuildpackMatches_PointsToBuildpacks()
    {
        app.File("x", "1");
        foundry.StagingFailure = "NoAppDetectedError - An app was not successfully detected by any available buildpack";

        (await cf.RunAsync("push", "dora")).ShouldFail("Error staging application: NoAppDetectedError")
            .Errors.ShouldContain("TIP: Use 'cf buildpacks' to see a list of supported buildpacks.");
    }

    [Fact]
    public async Task Push_AppCrashes_ShowsItAndFails()
    {
        app.File("x", "1");
        foundry.InstanceStates.Clear();
        foundry.InstanceStates.Enqueue(["STARTING"]);
        foundry.InstanceStates.Enqueue(["CRASHED"]);

        var result = await cf.RunAsync("push", "dora");

        result.ShouldFail("Start unsuccessful\n\nTIP: use 'cf logs dora --recent' for more information");
        result.Output.ShouldContain("#0   crashed");
    }

    [Fact]
    public async Task Push_AppNeverListens_EndsAfterTheTimeout()
    {
        app.File("x", "1");
        foundry.InstanceStates.Clear();
        foundry.InstanceStates.Enqueue(["STARTING"]);
        cf.Set("CF_STARTUP_TIMEOUT", "0.02");

        (await cf.RunAsync("push", "dora")).ShouldFail("Start app timeout\n\nTIP: Application must be listening on the right port.");
    }

    [Fact]
    public async Task Push_StagingNeverEnds_EndsAfterTheTimeout()
    {
        app.File("x", "1");
        foundry.StagingLooks = int.MaxValue;
        cf.Set("CF_STAGING_TIMEOUT", "0.02");

        (await cf.RunAsync("push", "dora")).ShouldFail("Error staging application dora: timed out after 0.02 minute(s)");
    }

    [Fact]
    public async Task Push_ServerRefusesManifest_ShowsItsWords()
    {
        app.File("x", "1");
        foundry.ManifestFailure = "For application 'dora': Process \"web\": Memory must be greater than 0MB";

        (await cf.RunAsync("push", "dora")).ShouldFail("For application 'dora': Process \"web\": Memory must be greater than 0MB");
    }

    [Fact]
    public async Task Push_LogCacheAway_StagesWithoutLogs()
    {
        app.File("x", "1");
        foundry.Before = async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/api/v1/read")) return false;
            context.Response.StatusCode = 503;
            await context.Response.CompleteAsync();
            return true;
        };

        (await cf.RunAsync("push", "dora")).ShouldSucceed().Errors.ShouldContain("Failed to retrieve logs from Log Cache: unexpected status code 503");
    }

    [Fact]
    public async Task Push_ConnectionBreaksDuringUpload_TriesAgain()
    {
        app.File("x", "1");
        var broken = 0;
        foundry.Before = context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/upload", StringComparison.Ordinal) || broken++ > 0) return Task.FromResult(false);
            context.Abort();
            return Task.FromResult(true);
        };

        (await cf.RunAsync("push", "dora", "--no-start")).ShouldSucceed().Output.ShouldContain("Retrying upload due to an error...");

        foundry.Uploaded.ShouldBe([("x", "100644")]);
    }

    [Fact]
    public async Task Push_EmptyDirectory_ChangesNothing()
    {
        (await cf.RunAsync("push", "dora")).ShouldFail($"No app files found in '{app.Path}'");

        foundry.IsAsked("POST").ShouldBeFalse();
    }

    [Theory]
    [InlineData("applications:\n- name: dora\n  path: nowhere\n", "File not found locally, make sure the file exists at given path")]
    [InlineData("applications:\n- name: dora\n  memory: [1\n", "Unable to push app because manifest MANIFEST is not valid yaml: line 4, column 1")]
    [InlineData("applications:\n- name: ((what))\n", "Expected to find variables: what")]
    [InlineData("applications: []\n", "Manifest must have at least one application.")]
    public async Task Push_BadManifest_ChangesNothing(string manifest, string message)
    {
        var path = app.File("manifest.yml", manifest);
        app.File("x", "1");

        (await cf.RunAsync("push")).ShouldFail(message.Replace("MANIFEST", path, StringComparison.Ordinal));

        foundry.IsAsked("POST").ShouldBeFalse();
    }

    [Fact]
    public async Task Push_PathMissing_IsAUsageError()
    {
        var result = await cf.RunAsync("push", "dora", "-p", "/no/such/path");

        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldBe("Incorrect Usage: The specified path '/no/such/path' does not exist.\n\n");
        result.Output.ShouldStartWith("NAME:\n   push - ");
    }

    [Fact]
    public async Task Push_TraceFileInsideTheApp_IsNotPushed()
    {
        app.File("x", "1");
        cf.Set("CF_TRACE", Path.Combine(app.Path, "trace.log"));

        (await cf.RunAsync("push", "dora", "--no-start")).ShouldSucceed();

        foundry.Uploaded.ShouldBe([("x", "100644")]);
    }

    [Fact]
    public async Task Push_Interrupted_EndsAtOnceAndLeavesNoArchive()
    {
        app.File("x", "1");
        foundry.StagingLooks = int.MaxValue;
        using var process = cf.Start("push", "dora");
        while (!foundry.IsAsked("GET /v3/builds")) await Task.Delay(50);

        System.Diagnostics.Process.Start("kill", ["-INT", $"{process.Id}"])!.WaitForExit();
        var result = await Cf.FinishAsync(process);

        result.ExitCode.ShouldBe(130);
        result.Errors.ShouldBeEmpty();
    }

    private static string Clean(string output) => System.Text.RegularExpressions.Regex.Replace(
        System.Text.RegularExpressions.Regex.Replace(output, @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "SINCE"), "since  +cpu", "since   cpu");
}
