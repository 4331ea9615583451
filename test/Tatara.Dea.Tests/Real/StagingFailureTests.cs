using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Real;

public sealed class StagingFailureTests
{
    private static async Task<RealDea> StartAsync(params (string, string)[] buildpack)
    {
        var dea = await RealDea.StartAsync();
        dea.AddZip("package", TinyApp.Package);
        dea.AddZip("never", TinyApp.NeverDetects);
        dea.AddZip("test", buildpack);
        return dea;
    }

    private static void ShouldBeClean(RealDea dea)
    {
        Directory.GetFileSystemEntries(Path.Combine(dea.Options.DataDirectory, "staging")).ShouldBeEmpty();
        Directory.GetFileSystemEntries(Path.Combine(dea.Options.DataDirectory, "droplets")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("bin/detect!", "exit 1", "NoAppDetectedError", "An app was not successfully detected by any available buildpack")]
    [InlineData("bin/finalize!", "echo broken gem >&2; exit 1", "BuildpackCompileFailed", "App staging failed in the buildpack compile phase")]
    [InlineData("bin/supply!", "exit 3", "BuildpackCompileFailed", "App staging failed in the buildpack compile phase")]
    [InlineData("bin/release!", "exit 1", "BuildpackReleaseFailed", "App staging failed in the buildpack release phase")]
    [InlineData("bin/release!", "echo '{{[broken'", "BuildpackReleaseFailed", "The buildpack's release script printed YAML that cannot be read")]
    [InlineData("bin/finalize!", "perl -e 'push @a, q(x) x 1000000 while 1'", "StagingError", "Staging ran out of memory (limit 256M)")]
    [InlineData("bin/finalize!", "dd if=/dev/zero of=$1/big bs=1M count=2000", "StagingError", "Staging ran out of disk (limit 512M)")]
    public async Task Stage_ScriptFails_SaysWhatFailed(string script, string body, string type, string message)
    {
        var files = TinyApp.Buildpack.Where(f => f.Item1 != script).Append((script, "#!/bin/bash\n" + body + "\n"));
        await using var dea = await StartAsync([.. files]);

        var reply = await dea.StageAsync(dea.StagingMessage());

        reply.ErrorInfo!.Type.ShouldBe(type, string.Join('\n', dea.StagingLines().Concat(dea.Logged)));
        reply.ErrorInfo.Message.ShouldStartWith(message);
        reply.Error.ShouldBe(reply.ErrorInfo.Message);
        await Bus.UntilAsync(() => dea.StagingLines().Any(l => l.StartsWith(type + ": " + message)), "it is in the log");
        await Bus.UntilAsync(() => Directory.GetFileSystemEntries(Path.Combine(dea.Options.DataDirectory, "staging")).Length == 0, "nothing is left");
        ShouldBeClean(dea);
    }

    [Fact]
    public async Task Stage_PackageLargerThanTheDisk_SaysThatTheDiskIsFull()
    {
        await using var dea = await StartAsync([.. TinyApp.Buildpack]);
        // As many bytes as the limit allows, and what the file system needs for each of so many files besides.
        dea.AddZip("package", [.. TinyApp.Package, .. Enumerable.Range(0, 140_000).Select(i => ($"many/{i}", "x"))]);

        var reply = await dea.StageAsync(dea.StagingMessage());

        reply.ErrorInfo.ShouldBe(new StagingErrorInfo("StagingError", "Staging ran out of disk (limit 512M)"));
        await Bus.UntilAsync(() => Directory.GetFileSystemEntries(Path.Combine(dea.Options.DataDirectory, "staging")).Length == 0, "nothing is left");
    }

    [Fact]
    public async Task Stage_TakesTooLong_TimesOutAndLeavesNothing()
    {
        await using var dea = await StartAsync(("bin/detect!", "#!/bin/bash\nsleep 1000\n"), ("bin/compile!", "#!/bin/bash\n"));

        var reply = await dea.StageAsync(dea.StagingMessage(timeout: 3));

        reply.ErrorInfo.ShouldBe(new StagingErrorInfo("StagingTimeExpired", "Staging took longer than 3 s"));
        await Bus.UntilAsync(() => Directory.GetFileSystemEntries(Path.Combine(dea.Options.DataDirectory, "staging")).Length == 0, "nothing is left");
    }

    [Fact]
    public async Task Stage_Stopped_AnswersAndGivesItsMemoryBack()
    {
        await using var dea = await StartAsync(("bin/detect!", "#!/bin/bash\necho detecting >&2; sleep 1000\n"), ("bin/compile!", "#!/bin/bash\n"));
        var staging = dea.StageAsync(dea.StagingMessage());
        await Bus.UntilAsync(() => dea.StagingLines().Contains("detecting"), "it is being staged", 20);
        await dea.Bus.WaitForAsync<DeaAdvertisement>(Subjects.StagingAdvertise, a => a.AvailableMemory == 4000 - 256);

        await dea.Bus.Connection.PublishAsync(Subjects.StagingStop, new StagingStopMessage(RealDea.App));

        (await staging).Error.ShouldBe("Staging was cancelled");
        await dea.Bus.WaitForAsync<DeaAdvertisement>(Subjects.StagingAdvertise, a => a.AvailableMemory == 4000);
    }

    [Fact]
    public async Task Stage_DeaKilledMeanwhile_AnswersAfterTheRestart()
    {
        await using var dea = await StartAsync(("bin/detect!", "#!/bin/bash\necho detecting >&2; sleep 1000\n"), ("bin/compile!", "#!/bin/bash\n"));
        var staging = dea.StageAsync(dea.StagingMessage());
        await Bus.UntilAsync(() => dea.StagingLines().Contains("detecting"), "it is being staged", 20);
        var record = Directory.GetFiles(Path.Combine(dea.Options.DataDirectory, "staging"), "staging.json", SearchOption.AllDirectories).Single();
        var (directory, saved) = (Path.GetDirectoryName(record)!, await File.ReadAllTextAsync(record));

        // A kill -9 leaves the record behind; a graceful stop answers first, so what it removed is put back.
        await dea.StopAsync();
        (await staging).Error.ShouldBe("The DEA was stopped while it was staging");
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(record, saved.Replace(System.Text.Json.JsonDocument.Parse(saved).RootElement.GetProperty("reply_to").GetString()!, "answers"));
        var answers = await dea.Bus.Connection.SubscribeCoreAsync<StagingReply>("answers");
        await dea.StartAgainAsync();

        using var patience = new CancellationTokenSource(10_000);
        (await answers.Messages.ReadAsync(patience.Token)).Data!.Error.ShouldBe("The DEA was restarted while it was staging. Push again");
        Directory.Exists(directory).ShouldBeFalse();
    }

    [Fact]
    public async Task Stage_MoreThanThereIs_IsRefusedAtOnce()
    {
        await using var dea = await StartAsync(TinyApp.Buildpack);

        var reply = await dea.StageAsync(dea.StagingMessage(memory: 5000));

        reply.ErrorInfo!.Type.ShouldBe("InsufficientResources");
    }

    [Fact]
    public async Task Stage_UnknownBuildpack_SaysSo()
    {
        await using var dea = await StartAsync(TinyApp.Buildpack);

        (await dea.StageAsync(dea.StagingMessage(["nonsense"]))).Error.ShouldBe("The buildpack 'nonsense' is neither installed nor a URL of http, https or git.");
    }

    [Fact]
    public async Task Stage_BuildpackFromUrlThatIsNotThere_FailsWithoutShowingCredentials()
    {
        await using var dea = await StartAsync(TinyApp.Buildpack);

        var reply = await dea.StageAsync(dea.StagingMessage(["https://me:secret@127.0.0.1:1/x.git"]));

        reply.Error.ShouldBe("A buildpack could not be downloaded");
        dea.StagingLines().ShouldNotContain(l => l.Contains("secret"));
        dea.StagingLines().ShouldContain("Downloading buildpack https://***@127.0.0.1:1/x.git...");
    }

    [Fact]
    public async Task Stage_HostilePackage_IsRefused()
    {
        await using var dea = await StartAsync(TinyApp.Buildpack);
        dea.AddZip("package", ("../../evil", "x"));

        (await dea.StageAsync(dea.StagingMessage())).Error.ShouldBe("The app package was refused. The entry '../../evil' climbs with '..'.");
    }

    [Fact]
    public async Task Stage_DropletTooLarge_IsRefused()
    {
        await using var dea = await RealDea.StartAsync(o => o with { Droplets = o.Droplets with { MaxUnpackedBytes = 5 << 20 } });
        dea.AddZip("package", TinyApp.Package);
        dea.AddZip("never", TinyApp.NeverDetects);
        dea.AddZip("test", [.. TinyApp.Buildpack.Where(f => f.Item1 != "bin/finalize!"), ("bin/finalize!", "#!/bin/bash\ndd if=/dev/zero of=$1/big bs=1M count=20 2>/dev/null\n")]);

        (await dea.StageAsync(dea.StagingMessage())).Error!.ShouldStartWith("The droplet was refused. The archive unpacks to more than 5 MB");
        await Bus.UntilAsync(() => Directory.GetFileSystemEntries(Path.Combine(dea.Options.DataDirectory, "staging")).Length == 0, "nothing is left");
        ShouldBeClean(dea);
    }

    [Fact]
    public async Task Stage_TwoBuildpacks_FirstSuppliesSecondFinalizes()
    {
        await using var dea = await StartAsync(TinyApp.Buildpack);
        dea.AddZip("never", ("bin/supply!", "#!/bin/bash\necho \"-----> Tool at $4\"\n"));

        var reply = await dea.StageAsync(dea.StagingMessage(["never_buildpack", "test_buildpack"]));

        reply.Error.ShouldBeNull(string.Join('\n', dea.StagingLines()));
        reply.Buildpacks!.Select(b => b.Key[..9]).ShouldBe(["guid-neve", "guid-test"]);
        dea.StagingLines().ShouldContain("-----> Tool at 0");
        dea.StagingLines().ShouldContain("-----> Supplying 1");
    }

    [Fact]
    public async Task Stage_Procfile_BeatsRelease()
    {
        await using var dea = await StartAsync(TinyApp.Buildpack);
        dea.AddZip("package", [.. TinyApp.Package, ("Procfile", "web: perl server.pl --fast\r\nclock: sleep 5\n# nothing\n")]);

        var reply = await dea.StageAsync(dea.StagingMessage());

        reply.ProcessTypes.ShouldBe(new Dictionary<string, string> { ["web"] = "perl server.pl --fast", ["worker"] = "sleep 1000", ["clock"] = "sleep 5" }, ignoreOrder: true);
    }
}
