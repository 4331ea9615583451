using System.Text;
using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Real;

public sealed class StageAndRunTests
{
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task StageStartFetchKill_TinyApp_WholeWay()
    {
        await using var dea = await RealDea.StartAsync();
        dea.AddZip("package", TinyApp.Package);
        dea.AddZip("never", TinyApp.NeverDetects);
        dea.AddZip("test", TinyApp.Buildpack);

        var staged = await dea.StageAsync(dea.StagingMessage(environment: "COLOR=blue"));

        staged.Error.ShouldBeNull(string.Join('\n', dea.StagingLines().Concat(dea.Logged)));
        staged.DetectedBuildpack.ShouldBe("Tiny 1.0");
        staged.BuildpackKey!.ShouldStartWith("guid-test_");
        staged.ProcessTypes.ShouldBe(new Dictionary<string, string> { ["web"] = "perl server.pl", ["worker"] = "sleep 1000" }, ignoreOrder: true);
        staged.DropletSha1.ShouldBe(Blobs.Sha1(dea.Blobs["droplet"]!));
        dea.Blobs.UploadedSha1["droplet"].ShouldBe(staged.DropletSha1);
        dea.StagingLines().ShouldContain("-----> Finalizing with bookworm and blue");

        var registration = await dea.RunInstanceAsync(staged.DropletSha1!, command: null, index: 1);
        var answer = await Http.GetStringAsync($"http://{registration.Host}:{registration.Port}/");
        answer.ShouldMatch(@"^hello from 1 at 10\.\d+\.\d+\.\d+, profile sourced, home /home/vcap/app");

        await Should.ThrowAsync<HttpRequestException>(() => Http.GetStringAsync($"http://{registration.Host}:{registration.Port}/kill"));
        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        (exited.Reason, exited.ExitDescription).ShouldBe((ExitReasons.Crashed, "killed by signal 9"));
        await Bus.UntilAsync(() => dea.Bus.Logs.Any(l => l.SourceType == "APP/PROC/WEB" && Encoding.UTF8.GetString(l.Payload) == "listening on 8080"), "its output is in the log");
    }

    [Fact]
    public async Task Stage_Twice_CacheComesBack()
    {
        await using var dea = await RealDea.StartAsync();
        dea.AddZip("package", TinyApp.Package);
        dea.AddZip("test", TinyApp.Buildpack);
        dea.AddZip("never", TinyApp.NeverDetects);

        await dea.StageAsync(dea.StagingMessage(["test_buildpack"]));
        await dea.StageAsync(dea.StagingMessage(["test_buildpack"]));

        dea.StagingLines().ShouldContain("       run 2");
        dea.StagingLines().Count(l => l == "Downloaded test_buildpack").ShouldBe(1);
    }

    [Fact]
    public async Task Restart_RunningApp_GoesOnAnswering()
    {
        await using var dea = await RealDea.StartAsync();
        dea.Blobs["droplet"] = Blobs.TarGz([("app/server.pl", TinyApp.Server), ("staging_info.yml", "start_command: perl server.pl")]);
        var before = await dea.RunInstanceAsync(Blobs.Sha1(dea.Blobs["droplet"]!), command: null);
        var url = $"http://{before.Host}:{before.Port}/";
        await dea.StopAsync();
        (await Http.GetStringAsync(url)).ShouldStartWith("hello");
        dea.Bus.Forget();

        await dea.StartAgainAsync();

        (await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, _ => true)).PrivateInstanceId.ShouldBe(before.PrivateInstanceId);
        (await Http.GetStringAsync(url)).ShouldStartWith("hello");
        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(RealDea.App));
        (await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true)).Reason.ShouldBe(ExitReasons.Stopped);
        await Bus.UntilAsync(() => dea.Bus.Logs.Any(l => Encoding.UTF8.GetString(l.Payload) == "bye"), "its last word is in the log");
    }

    [Fact]
    public async Task Restart_ExitedMeanwhile_IsReported()
    {
        await using var dea = await RealDea.StartAsync();
        dea.Blobs["droplet"] = Blobs.TarGz([("app/server.pl", TinyApp.Server)]);
        var before = await dea.RunInstanceAsync(Blobs.Sha1(dea.Blobs["droplet"]!), command: "perl server.pl");
        await dea.StopAsync();
        await Should.ThrowAsync<HttpRequestException>(() => Http.GetStringAsync($"http://{before.Host}:{before.Port}/kill"));

        await dea.StartAgainAsync();

        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        exited.Instance.ShouldBe(before.PrivateInstanceId);
        exited.ExitDescription.ShouldBe("killed by signal 9");
    }

    [Fact]
    public async Task Sidecars_RunBesideTheProcess_AndHearOfItsEnd()
    {
        await using var dea = await RealDea.StartAsync();
        dea.Blobs["droplet"] = Blobs.TarGz([("app/server.pl", TinyApp.Server)]);
        SidecarSpec[] sidecars =
        [
            new("first", "trap 'echo first bye; exit' TERM; echo first sees $GREETING; while sleep 0.05; do :; done", ["web"]),
            new("second", "perl -e '$| = 1; $SIG{TERM} = sub { print \"second bye\\n\"; exit }; print \"second is here\\n\"; sleep 1 while 1'", ["web"]),
        ];
        var registration = await dea.RunInstanceAsync(Blobs.Sha1(dea.Blobs["droplet"]!), "perl server.pl", sidecars: sidecars);
        (await Http.GetStringAsync($"http://{registration.Host}:{registration.Port}/")).ShouldStartWith("hello");
        bool Said(string line) => dea.Bus.Logs.Any(l => Encoding.UTF8.GetString(l.Payload) == line);
        await Bus.UntilAsync(() => Said("first sees hello") && Said("second is here"), "they run");

        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(RealDea.App));

        (await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true)).Reason.ShouldBe(ExitReasons.Stopped);
        await Bus.UntilAsync(() => Said("bye") && Said("first bye") && Said("second bye"), "all were asked to stop");
    }

    [Fact]
    public async Task Sidecar_ThatEnds_EndsTheInstance()
    {
        await using var dea = await RealDea.StartAsync();
        dea.Blobs["droplet"] = Blobs.TarGz([("app/server.pl", TinyApp.Server)]);
        await dea.RunInstanceAsync(Blobs.Sha1(dea.Blobs["droplet"]!), "perl server.pl", sidecars: [new SidecarSpec("agent", "until [ -e /tmp/go ]; do sleep 0.1; [ $((++n)) -lt 30 ] || exit 3; done", ["web"])]);

        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true, 20);

        (exited.Reason, exited.ExitStatus).ShouldBe((ExitReasons.Crashed, 3));
        await Bus.UntilAsync(() => dea.Bus.Logs.Any(l => Encoding.UTF8.GetString(l.Payload) == "The sidecar 'agent' ended with status 3."), "the log names it");
    }

    [Fact]
    public async Task Memory_BeyondTheLimit_IsSaidSo()
    {
        await using var dea = await RealDea.StartAsync();
        dea.Blobs["droplet"] = Blobs.TarGz([("app/server.pl", TinyApp.Server)]);
        var registration = await dea.RunInstanceAsync(Blobs.Sha1(dea.Blobs["droplet"]!), command: "perl server.pl");

        await Should.ThrowAsync<HttpRequestException>(() => Http.GetStringAsync($"http://{registration.Host}:{registration.Port}/burn"));

        (await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true, 20)).ExitDescription.ShouldBe("out of memory (limit 64M)");
    }
}
