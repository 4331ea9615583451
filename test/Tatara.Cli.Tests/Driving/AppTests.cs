using System.Text.Json.Nodes;
using Tatara.Cli.Tests.Foundry;

namespace Tatara.Cli.Tests.Driving;

public sealed class AppTests : IAsyncLifetime
{
    private FakeFoundry foundry = null!;
    private Cf cf = null!;

    public async Task InitializeAsync()
    {
        foundry = await FakeFoundry.StartAsync();
        cf = Cf.At(foundry);
    }

    public async Task DisposeAsync()
    {
        cf.Dispose();
        await foundry.DisposeAsync();
    }

    [Fact]
    public async Task Apps_Some_AreListedWithProcessesAndRoutes()
    {
        foundry.AddApp("dora", "STARTED");
        foundry.AddApp("idle");
        foundry.AddRoute("dora", "a-dora", "a-dora");

        (await cf.RunAsync("apps")).ShouldSucceed().Output.ShouldBe("""
            Getting apps in org acme / space dev as admin...

            name   requested state   processes   routes
            dora   started           web:1/1     dora.apps.test
            idle   stopped           web:1/1     

            """);
    }

    [Fact]
    public async Task App_Running_ShowsNoStartCommand()
    {
        foundry.AddApp("dora", "STARTED");

        var output = (await cf.RunAsync("app", "dora")).ShouldSucceed().Output;

        output.ShouldContain("requested state:   started");
        output.ShouldNotContain("start command:");
    }

    [Fact]
    public async Task App_Guid_IsAloneOnTheLine()
    {
        foundry.AddApp("dora");

        (await cf.RunAsync("app", "dora", "--guid")).ShouldSucceed().Output.ShouldBe("a-dora\n");
    }

    [Theory]
    [InlineData("app", "nope")]
    [InlineData("start", "nope")]
    [InlineData("stop", "nope")]
    [InlineData("restage", "nope")]
    [InlineData("logs", "nope")]
    [InlineData("env", "nope")]
    [InlineData("events", "nope")]
    [InlineData("scale", "nope", "-i", "2")]
    public async Task AnyVerb_UnknownApp_Fails(params string[] line) => (await cf.RunAsync(line)).ShouldFail("App 'nope' not found.");

    [Fact]
    public async Task Scale_Instances_DoesNotRestart()
    {
        foundry.AddApp("dora", "STARTED");

        (await cf.RunAsync("scale", "dora", "-i", "3")).ShouldSucceed().Output.ShouldContain("Showing current scale of app dora");

        foundry.Scaled!.ToJsonString().ShouldBe("""{"instances":3}""");
        foundry.IsAsked("POST /v3/apps/a-dora/actions").ShouldBeFalse();
    }

    [Theory]
    [InlineData("n\n", false)]
    [InlineData("", false)]
    [InlineData("what\ny\n", true)]
    public async Task Scale_Memory_AsksBeforeItRestarts(string answer, bool restarts)
    {
        foundry.AddApp("dora", "STARTED");

        var result = (await cf.AnswerAsync(answer, "scale", "dora", "-m", "128M")).ShouldSucceed();

        result.Output.ShouldContain("This will cause the app to restart. Are you sure you want to scale dora? [yN]: ");
        foundry.IsAsked("POST /v3/apps/a-dora/actions/start").ShouldBe(restarts);
    }

    [Theory]
    [InlineData("-i", "-1", "Incorrect Usage: invalid argument for flag '-i'")]
    [InlineData("-i", "many", "Incorrect Usage: invalid argument for flag '-i'")]
    [InlineData("-m", "0M", "Incorrect Usage: Byte quantity must be an integer")]
    [InlineData("-k", "12", "Incorrect Usage: Byte quantity must be an integer")]
    public async Task Scale_BadValue_IsAUsageError(string flag, string value, string message)
    {
        var result = await cf.RunAsync("scale", "dora", flag, value);

        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldStartWith(message);
        foundry.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Start_UnstagedPackage_StagesFirst()
    {
        foundry.AddApp("dora");
        foundry.HasUnstagedPackage = true;

        (await cf.RunAsync("start", "dora")).ShouldSucceed().Output.ShouldContain("Staging app and tracing logs...");

        foundry.IsAsked("PATCH /v3/apps/a-dora/relationships/current_droplet").ShouldBeTrue();
        foundry.IsAsked("POST /v3/apps/a-dora/actions/start").ShouldBeTrue();
    }

    [Fact]
    public async Task Start_Running_SaysSo()
    {
        foundry.AddApp("dora", "STARTED");

        (await cf.RunAsync("start", "dora")).ShouldSucceed().Output
            .ShouldBe("Starting app dora in org acme / space dev as admin...\n\nApp 'dora' is already started.\nOK\n\n");
    }

    [Fact]
    public async Task Restart_Running_StopsAndStarts()
    {
        foundry.AddApp("dora", "STARTED");

        (await cf.RunAsync("rs", "dora")).ShouldSucceed().Output.ShouldStartWith(
            "Restarting app dora in org acme / space dev as admin...\n\nStopping app...\n\nWaiting for app to start...\n\n");
    }

    [Fact]
    public async Task Delete_WithRoutes_DeletesBoth()
    {
        foundry.AddApp("dora");
        foundry.AddRoute("dora", "a-dora");

        (await cf.RunAsync("delete", "dora", "-rf")).ShouldSucceed().Output.ShouldBe("Deleting app dora in org acme / space dev as admin...\nOK\n\n");

        foundry.AppList.ShouldBeEmpty();
        foundry.RouteList.ShouldBeEmpty();
    }

    [Fact]
    public async Task Delete_RouteOfAnotherAppToo_DeletesNothing()
    {
        foundry.AddApp("dora");
        foundry.AddRoute("shared", "a-dora", "a-other");

        (await cf.RunAsync("delete", "dora", "-r", "-f")).ShouldFail("App 'dora' was not deleted because route 'shared.apps.test' is mapped to more than one app.");

        foundry.AppList.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Delete_NotConfirmed_DeletesNothing()
    {
        foundry.AddApp("dora");

        (await cf.AnswerAsync("no\n", "d", "dora")).ShouldSucceed().Output
            .ShouldBe("Really delete the app dora? [yN]: App 'dora' has not been deleted.\n");

        foundry.AppList.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Delete_Unknown_IsNoFailure() =>
        (await cf.RunAsync("delete", "nope", "-f")).ShouldSucceed().Errors.ShouldBe("App 'nope' does not exist.\n");

    [Fact]
    public async Task Env_SetShowUnset_RoundTrips()
    {
        foundry.AddApp("dora");

        (await cf.RunAsync("se", "dora", "FLAGS", "--verbose -x")).ShouldSucceed();
        (await cf.RunAsync("env", "dora")).ShouldSucceed().Output.ShouldContain("User-Provided:\nFLAGS: --verbose -x\n");
        (await cf.RunAsync("unset-env", "dora", "FLAGS")).ShouldSucceed().Output.ShouldContain("TIP: Use 'cf restage dora'");
        (await cf.RunAsync("unset-env", "dora", "OTHER")).ShouldSucceed().Output.ShouldContain("Env variable OTHER was not set.\nOK");
    }

    [Fact]
    public async Task Logs_Recent_AreInOrderWithHeaders()
    {
        foundry.AddApp("dora");
        var time = 1_741_064_767_120_000_000;
        foundry.AddLog("APP/PROC/WEB", "second\nline", time: time + 10_000_000);
        foundry.AddLog("RTR", "first", "ERR", time);

        (await cf.RunAsync("logs", "dora", "--recent")).ShouldSucceed().Output.ShouldEndWith("""
               2025-03-04T05:06:07.12+0000 [RTR/0] ERR first
               2025-03-04T05:06:07.13+0000 [APP/PROC/WEB/0] OUT second
               2025-03-04T05:06:07.13+0000 [APP/PROC/WEB/0] OUT line

            """);
    }

    [Fact]
    public async Task Logs_Tail_ShowsEveryLineOnceEvenLateOnesUntilInterrupted()
    {
        foundry.AddApp("dora");
        var start = FakeFoundry.Now();
        foundry.AddLog("APP", "old", time: start - 60_000_000_000);
        using var process = cf.Start("logs", "dora");
        while (foundry.Requests.Count(one => one.StartsWith("GET /api/v1/read", StringComparison.Ordinal)) < 2) await Task.Delay(20);

        for (var line = 0; line < 20; line++)
        {
            foundry.AddLog("APP", $"line {line}", time: start + line * 1000);
            if (line % 5 == 0) await Task.Delay(120);
        }

        foundry.AddLog("APP", "twin", time: start + 50_000);
        foundry.AddLog("APP", "twin", time: start + 50_000);
        await Task.Delay(400);
        foundry.AddLog("APP", "late", time: start + 500);
        await Task.Delay(400);
        System.Diagnostics.Process.Start("kill", ["-INT", $"{process.Id}"])!.WaitForExit();
        var result = (await Cf.FinishAsync(process)).ShouldSucceed();

        string[] lines = [.. result.Output.Split('\n').Where(line => line.Contains("OUT", StringComparison.Ordinal)).Select(line => line.Split("OUT ")[1])];
        lines.Where(line => line.StartsWith("line ", StringComparison.Ordinal)).ShouldBe(Enumerable.Range(0, 20).Select(line => $"line {line}"));
        lines.Count(line => line == "twin").ShouldBe(2);
        lines.Count(line => line == "late").ShouldBe(1);
        lines.Count(line => line == "old").ShouldBe(1);
    }

    [Fact]
    public async Task Events_Some_AreDescribed()
    {
        foundry.AddApp("dora");
        foundry.Events = [JsonNode.Parse("""
            {"guid":"e","type":"app.crash","created_at":"2025-03-04T05:06:07.12Z","actor":{"guid":"a","name":"dora"},
             "data":{"index":0,"reason":"CRASHED","exit_description":"out of memory","secret":"x"}}
            """)];

        (await cf.RunAsync("events", "dora")).ShouldSucceed().Output.ShouldContain(
            "2025-03-04T05:06:07.12+0000   app.crash   dora    index: 0, reason: CRASHED, exit_description: out of memory");
    }

    [Fact]
    public async Task MapRoute_New_IsCreatedAndMapped()
    {
        foundry.AddApp("dora");

        (await cf.RunAsync("map-route", "dora", FakeFoundry.DomainName, "-n", "www")).ShouldSucceed().Output.ShouldBe("""
            Creating route www.apps.test for org acme / space dev as admin...
            OK

            Mapping route www.apps.test to app dora in org acme / space dev as admin...
            OK


            """);
        (await cf.RunAsync("map-route", "dora", FakeFoundry.DomainName, "--hostname=www")).ShouldSucceed().Output
            .ShouldContain("App 'dora' is already mapped to route 'www.apps.test'. Nothing has been updated.");
        (await cf.RunAsync("unmap-route", "dora", FakeFoundry.DomainName, "-n", "www")).ShouldSucceed();
        (await cf.RunAsync("delete-route", FakeFoundry.DomainName, "-n", "www", "-f")).ShouldSucceed();
        foundry.RouteList.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Domain 'nope.test' not found.", "map-route", "dora", "nope.test")]
    [InlineData("Route with host 'gone', domain 'apps.test', and path '/x' not found.", "unmap-route", "dora", "apps.test", "-n", "gone", "--path", "x")]
    public async Task Routes_Unknown_Fail(string message, params string[] line)
    {
        foundry.AddApp("dora");

        (await cf.RunAsync(line)).ShouldFail(message);
    }

    [Fact]
    public async Task Listings_All_AreTables()
    {
        foundry.AddApp("dora");
        foundry.AddRoute("dora", "a-dora");

        (await cf.RunAsync("routes")).ShouldSucceed().Output.ShouldContain("dev     dora   apps.test                 http       http1          dora");
        (await cf.RunAsync("domains")).ShouldSucceed().Output.ShouldContain("apps.test   shared                    http");
        (await cf.RunAsync("stacks")).ShouldSucceed().Output.ShouldContain("bookworm   Debian 12");
        (await cf.RunAsync("buildpacks")).ShouldSucceed().Output.ShouldContain("1          ruby_buildpack   bookworm   true      false    READY   ruby.zip   buildpack");
        (await cf.RunAsync("spaces")).ShouldSucceed().Output.ShouldContain("name\ndev\n");
    }
}
