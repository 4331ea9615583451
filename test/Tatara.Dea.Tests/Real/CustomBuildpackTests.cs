using System.Text;
using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Real;

/// <summary>Buildpacks from elsewhere: by git and zip URLs, alone and several, of the old kind and the new.</summary>
public sealed class CustomBuildpackTests
{
    private static readonly string[] TrustsServer = ["GIT_SSL_CAINFO=/tmp/app/ca.pem", "CURL_CA_BUNDLE=/tmp/app/ca.pem"];

    /// <summary>The three scripts that every buildpack had before there was supply.</summary>
    private static (string, string)[] OldKind(string says) =>
    [
        ("bin/detect!", "#!/bin/bash\n[ -f $1/server.pl ] && echo Old\n"),
        ("bin/compile!", $"#!/bin/bash\necho \"-----> {says}\" with $# arguments, $(cat $3/SHAPE)\n[ ! -e /tmp/contents/deps/0 ] && echo no deps\n"),
        ("bin/release!", "#!/bin/bash\nprintf -- '---\\ndefault_process_types:\\n  web: perl server.pl\\n'\n"),
        ("VERSION", says + "\n"),
    ];

    private static async Task<(RealDea, OutsideServer)> StartAsync()
    {
        var (dea, server) = (await RealDea.StartAsync(), await OutsideServer.StartAsync());
        dea.AddZip("package", [.. TinyApp.Package, ("ca.pem", server.Authority)]);
        dea.AddZip("never", TinyApp.NeverDetects);
        dea.AddZip("test", TinyApp.Buildpack);
        return (dea, server);
    }

    private static string Said(RealDea dea) => string.Join('\n', dea.StagingLines());

    [Theory]
    [InlineData("", "main")]
    [InlineData("#feature", "feature")]
    [InlineData("#v1.0", "first")]
    [InlineData("#COMMIT", "first")]
    public async Task Stage_GitUrl_UsesTheVersionAskedFor(string reference, string version)
    {
        var (dea, server) = await StartAsync();
        await using var _ = dea;
        await using var __ = server;
        var first = server.Commit("old.git", "main", OldKind("first"));
        server.Tag("old.git", "v1.0", first);
        server.Commit("old.git", "feature", OldKind("feature"));
        server.Commit("old.git", "main", OldKind("main"));
        var url = server.UrlOf("git/old.git") + reference.Replace("COMMIT", first);

        var reply = await dea.StageAsync(dea.StagingMessage([url], environment: [.. TrustsServer, "SHAPE=round"]));

        reply.Error.ShouldBeNull(Said(dea));
        reply.Buildpacks!.ShouldBe([new UsedBuildpack(url, null, version)]);
        reply.BuildpackKey.ShouldBeNull();
        reply.ProcessTypes!["web"].ShouldBe("perl server.pl");
        dea.StagingLines().ShouldContain($"-----> {version} with 3 arguments, round");
        dea.StagingLines().ShouldContain("no deps");
    }

    [Theory]
    [InlineData("files/tiny.zip", "")]
    [InlineData("files/nested.zip", "")]
    [InlineData("files/tiny.zip", "?signature=topsecret")]
    public async Task Stage_ZipUrl_IsUsed(string path, string query)
    {
        var (dea, server) = await StartAsync();
        await using var _ = dea;
        await using var __ = server;
        dea.AddZip("nested", [.. TinyApp.Buildpack.Select(f => ("tiny-1.0/" + f.Item1, f.Item2))]);
        server.AddFile("tiny.zip", dea.Blobs["test"]!);
        server.AddFile("nested.zip", dea.Blobs["nested"]!);

        var reply = await dea.StageAsync(dea.StagingMessage([server.UrlOf(path) + query], environment: [.. TrustsServer, "COLOR=red"]));

        reply.Error.ShouldBeNull(Said(dea));
        reply.Buildpacks![0].Key.ShouldBe(server.UrlOf(path) + (query.Length > 0 ? "?***" : ""));
        dea.StagingLines().ShouldContain("-----> Finalizing with bookworm and red");
        Said(dea).ShouldNotContain("topsecret");
    }

    [Theory]
    [InlineData("git/spy.git")]
    [InlineData("files/spy.zip")]
    public async Task Stage_UrlWithLogin_NobodyElseSeesIt(string path)
    {
        var (dea, server) = await StartAsync();
        await using var _ = dea;
        await using var __ = server;
        (string, string)[] spy =
        [
            ("bin/compile!", """
                #!/bin/bash
                echo "-----> looking"
                grep -a -l "top-secre[t]" -r /tmp /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null
                env | grep "top-secre[t]"
                ls /tmp/sources 2>/dev/null
                echo "-----> looked"
                """),
            TinyApp.Buildpack.Single(f => f.Item1 == "bin/release!"),
        ];
        server.Commit("spy.git", "main", spy);
        dea.AddZip("spy", spy);
        server.AddFile("spy.zip", dea.Blobs["spy"]!);
        server.Login = "me@home:top-secret\\%/";
        var seen = new List<string>();
        server.OnLogin = () => seen.AddRange(Directory.GetDirectories("/proc").Select(CommandOf).Where(c => c.Contains("top-secret")));
        var url = server.UrlOf(path, "me%40home:top-secret%5C%25%2F@");

        var reply = await dea.StageAsync(dea.StagingMessage([url], environment: TrustsServer));

        reply.Error.ShouldBeNull(Said(dea));
        reply.Buildpacks!.ShouldBe([new UsedBuildpack($"https://***@{server.Host}/{path}")]);
        seen.ShouldBeEmpty();
        string.Join('\n', dea.StagingLines().SkipWhile(l => l != "-----> looking").TakeWhile(l => !l.StartsWith("Exit"))).ShouldBe("-----> looking\n-----> looked");
        (Said(dea) + string.Join('\n', dea.Logged)).ShouldNotContain("top-secret");
    }

    [Fact]
    public async Task Stage_Several_AllSupplyAndTheLastFinalizes()
    {
        var (dea, server) = await StartAsync();
        await using var _ = dea;
        await using var __ = server;
        server.Commit("tool.git", "main", ("bin/supply!", """
            #!/bin/bash
            echo "-----> Tool at $4, run $(($(cat $2/runs 2>/dev/null || echo 0) + 1))"
            echo $(($(cat $2/runs 2>/dev/null || echo 0) + 1)) >$2/runs
            printf 'name: tool\nversion: 7.1\nconfig: {}\n' >$3/$4/config.yml
            printf 'processes:\n- {type: agent, command: run-agent, limits: {memory: 16}, platforms: {cloudfoundry: {sidecar_for: [web, worker]}}}\n- {type: cron, command: run-cron}\n' >$3/$4/launch.yml
            """));
        server.AddFile("tiny.zip", dea.Blobs["test"]!);
        string[] wanted = [server.UrlOf("git/tool.git"), "never_buildpack", server.UrlOf("files/tiny.zip")];
        dea.AddZip("never", ("bin/supply!", "#!/bin/bash\necho \"-----> Second at $4 after $(cat $3/0/config.yml | head -n 1)\"\n"));

        var reply = await dea.StageAsync(dea.StagingMessage(wanted, environment: TrustsServer));

        reply.Error.ShouldBeNull(Said(dea));
        dea.StagingLines().Where(l => l.StartsWith("----->")).ShouldBe(
            ["-----> Tool at 0, run 1", "-----> Second at 1 after name: tool", "-----> Supplying 2", "-----> Finalizing with bookworm and "]);
        var again = await dea.StageAsync(dea.StagingMessage(wanted, environment: TrustsServer));
        again.Error.ShouldBeNull(Said(dea));
        reply.Buildpacks![0].ShouldBe(new UsedBuildpack(wanted[0], "tool", "7.1"));
        reply.Buildpacks[1].Key.ShouldStartWith("guid-never_");
        reply.Buildpacks[2].Key.ShouldBe(wanted[2]);
        reply.ProcessTypes.ShouldBe(new Dictionary<string, string> { ["cron"] = "run-cron", ["web"] = "perl server.pl", ["worker"] = "sleep 1000" }, ignoreOrder: true);
        var sidecar = reply.Sidecars!.ShouldHaveSingleItem();
        (sidecar.Name, sidecar.Command, sidecar.Memory).ShouldBe(("agent", "run-agent", 16));
        sidecar.ProcessTypes.ShouldBe(["web", "worker"]);
        dea.StagingLines().ShouldContain("-----> Tool at 0, run 2");
    }

    [Fact]
    public async Task Stage_LaunchFileOfTheLast_StandsForRelease()
    {
        await using var dea = await RealDea.StartAsync();
        dea.AddZip("package", [.. TinyApp.Package, ("Procfile", "clock: \"sleep 5\"\n")]);
        dea.AddZip("never", TinyApp.NeverDetects);
        dea.AddZip("test", ("bin/detect!", "#!/bin/bash\n"), ("bin/finalize!", "#!/bin/bash\nprintf 'processes:\\n- type: web\\n  command: perl server.pl\\n' >$3/$4/launch.yml\n"));

        var reply = await dea.StageAsync(dea.StagingMessage());

        reply.Error.ShouldBeNull(Said(dea));
        reply.DetectedBuildpack.ShouldBe("test_buildpack");
        reply.ProcessTypes.ShouldBe(new Dictionary<string, string> { ["web"] = "perl server.pl", ["clock"] = "sleep 5" }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("git/old.git#nowhere", "", "nowhere")]
    [InlineData("git/other.git", "", "not found")]
    [InlineData("git/old.git", "me:top-secret@", "uthentication failed")]
    [InlineData("files/other.zip", "", "404")]
    [InlineData("files/empty.zip", "", "has no bin directory.")]
    [InlineData("files/broken.zip", "", "zip")]
    public async Task Stage_UrlThatFails_SaysWhy(string path, string login, string why)
    {
        var (dea, server) = await StartAsync();
        await using var _ = dea;
        await using var __ = server;
        if (login.Length > 0) server.Login = "me:another";
        server.Commit("old.git", "main", OldKind("main"));
        dea.AddZip("empty", ("README", "nothing"));
        server.AddFile("empty.zip", dea.Blobs["empty"]!);
        server.AddFile("broken.zip", "this is no zip"u8.ToArray());

        var reply = await dea.StageAsync(dea.StagingMessage([server.UrlOf(path, login)], environment: TrustsServer));

        reply.ErrorInfo.ShouldBe(new StagingErrorInfo("StagingError", "A buildpack could not be downloaded"), Said(dea));
        Said(dea).ShouldContain(why);
        Said(dea).ShouldNotContain("top-secret");
    }

    [Fact]
    public async Task Stage_AppJson_GivesDefaultsFormationAndBuildpacks()
    {
        await using var dea = await RealDea.StartAsync();
        dea.AddZip("package", [.. TinyApp.Package, ("app.json", """
            {
              "env": { "COLOR": "green", "SHAPE": { "value": "round", "description": "of it" }, "KEY": { "required": true }, "MINE": "theirs", "VCAP_SERVICES": "{}" },
              "formation": { "worker": { "quantity": 2, "size": "standard-1x" }, "web": { "quantity": -1 } },
              "buildpacks": [ { "url": "heroku/never" }, { "url": "test_buildpack" } ]
            }
            """)]);
        dea.AddZip("never", ("bin/supply!", "#!/bin/bash\necho \"-----> $COLOR $SHAPE $MINE\"\n"));
        dea.AddZip("test", TinyApp.Buildpack);

        var reply = await dea.StageAsync(dea.StagingMessage(environment: "MINE=mine"));

        reply.Error.ShouldBeNull(Said(dea));
        reply.Buildpacks!.Select(b => b.Key[..9]).ShouldBe(["guid-neve", "guid-test"]);
        reply.EnvironmentDefaults.ShouldBe(new Dictionary<string, string> { ["COLOR"] = "green", ["SHAPE"] = "round", ["MINE"] = "theirs" }, ignoreOrder: true);
        reply.Formation.ShouldBe(new Dictionary<string, int> { ["worker"] = 2 });
        dea.StagingLines().ShouldContain("-----> green round mine");
        dea.StagingLines().Where(l => l.StartsWith("app.json")).ShouldBe(
        [
            "app.json: using its values of COLOR, SHAPE",
            "app.json: the app wants the variable KEY, which is not set: cf set-env",
            "app.json: the variable 'VCAP_SERVICES' is left out: an app cannot set it",
            "app.json: the formation of 'web' is left out: its quantity is not a number from 0 to 20",
            "app.json: for processes that are new: worker=2",
            "app.json: using its buildpacks never_buildpack, test_buildpack",
        ]);
    }

    private static string CommandOf(string process)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(process, "cmdline")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
