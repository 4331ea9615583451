using System.Text;
using System.Text.Json;
using Tatara.Containers;
using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Instances;

public sealed class StartTests
{
    [Fact]
    public async Task Start_HealthyApp_IsRegisteredWithItsIdentity()
    {
        await using var dea = await DeaUnderTest.StartAsync();

        var registration = await dea.RunInstanceAsync(dea.StartMessage(index: 2));

        var container = dea.Runtime.Containers.Single();
        registration.ShouldSatisfyAllConditions(
            () => registration.Uris.ShouldBe(["dora.tatara.localhost"]),
            () => registration.Host.ShouldBe("127.0.0.1"),
            () => registration.Port.ShouldBe(container.Spec.Ports[0].HostPort),
            () => registration.App.ShouldBe(DeaUnderTest.App),
            () => registration.Dea.ShouldBe("dea-test"),
            () => registration.PrivateInstanceId.ShouldBe(container.Handle),
            () => registration.Tags!["app_name"].ShouldBe("dora"));
    }

    [Fact]
    public async Task Start_HealthyApp_ContainerGetsLayerLimitsAndEnvironment()
    {
        await using var dea = await DeaUnderTest.StartAsync();

        await dea.RunInstanceAsync(dea.StartMessage(index: 2));

        var spec = dea.Runtime.Containers.Single().Spec;
        var environment = spec.Environment.Select(e => e.Split('=', 2)).ToDictionary(e => e[0], e => e[1]);
        spec.Limits.ShouldBe(new ContainerLimits(64L << 20, 128L << 20, 64, 512, 1024));
        spec.RootFileSystem.ShouldBe("/stack");
        spec.Command[^1].ShouldBe("./from-droplet");
        File.ReadAllText(Path.Combine(spec.Layers.Single(), "home/vcap/app/hello.txt")).ShouldBe("hello");
        environment["COLOR"].ShouldBe("blue");
        environment["PORT"].ShouldBe("8080");
        environment["MEMORY_LIMIT"].ShouldBe("64m");
        environment["CF_INSTANCE_INDEX"].ShouldBe("2");
        environment["CF_INSTANCE_ADDR"].ShouldBe($"127.0.0.1:{spec.Ports[0].HostPort}");
        var application = JsonDocument.Parse(environment["VCAP_APPLICATION"]).RootElement;
        application.GetProperty("instance_index").GetInt32().ShouldBe(2);
        application.GetProperty("application_name").GetString().ShouldBe("dora");
    }

    [Fact]
    public async Task Start_Twice_RunsOnce()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        var message = dea.StartMessage();

        await dea.SendStartAsync(message);
        await dea.RunInstanceAsync(message);
        await dea.SendStartAsync(message);
        await dea.SendStartAsync(message with { Index = 1 });

        await dea.Bus.WaitForAsync<DeaHeartbeat>(Subjects.DeaHeartbeat, h => h.Droplets.Any(d => d is { Index: 1, State: "RUNNING" }));
        dea.Runtime.Containers.Count.ShouldBe(2);
        dea.Blobs.Downloads.ShouldBe(1);
    }

    [Fact]
    public async Task Start_NeverListens_CrashesAfterTheTimeout()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        dea.Runtime.OnCreate = _ => Task.CompletedTask;

        await dea.SendStartAsync(dea.StartMessage(timeout: 1));

        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        exited.Reason.ShouldBe(ExitReasons.Crashed);
        exited.ExitDescription.ShouldBe("never listened on PORT (8080) within 1 s");
        await Bus.UntilAsync(() => dea.Runtime.Containers.Count == 0, "the container is destroyed");
        dea.Bus.Heard<RouterRegistration>(Subjects.RouterRegister).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1, false, "exited with status 1")]
    [InlineData(137, false, "killed by signal 9")]
    [InlineData(137, true, "out of memory (limit 64M)")]
    public async Task Start_AppExits_SaysWhy(int code, bool outOfMemory, string description)
    {
        await using var dea = await DeaUnderTest.StartAsync();
        dea.Runtime.OnCreate = c =>
        {
            c.Exit(code, outOfMemory);
            return Task.CompletedTask;
        };

        await dea.SendStartAsync(dea.StartMessage());

        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        exited.ExitStatus.ShouldBe(code);
        exited.ExitDescription.ShouldBe(description);
        exited.CrashTimestamp.ShouldNotBeNull();
        await dea.Bus.WaitForAsync<DeaHeartbeat>(Subjects.DeaHeartbeat, h => h.Droplets.Any(d => d.State == "CRASHED" && d.Instance == exited.Instance));
    }

    [Fact]
    public async Task Start_ContainerCannotBeMade_Crashes()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        dea.Runtime.OnCreate = _ => throw new ContainerException("no space left");

        await dea.SendStartAsync(dea.StartMessage());

        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        exited.ExitDescription.ShouldBe("the container could not be created: no space left");
    }

    [Fact]
    public async Task Start_WrongSha1_Crashes()
    {
        await using var dea = await DeaUnderTest.StartAsync();

        await dea.SendStartAsync(dea.StartMessage() with { Sha1 = new string('a', 40) });

        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        exited.ExitDescription.ShouldContain("The droplet was refused. Its SHA-1 is");
    }

    [Fact]
    public async Task Start_NoCommandAnywhere_SaysSo()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        var message = dea.StartMessage();

        await dea.SendStartAsync(message with { Sha1 = dea.Blobs.AddDroplet("droplet", ("app/x", "x")) });

        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        exited.ExitDescription.ShouldStartWith("no start command");
        await Bus.UntilAsync(() => dea.Bus.Logs.Any(l => Encoding.UTF8.GetString(l.Payload).Contains("no start command")), "it is in the app's log");
    }

    [Fact]
    public async Task Start_MoreThanThereIs_IsRefused()
    {
        await using var dea = await DeaUnderTest.StartAsync();

        await dea.SendStartAsync(dea.StartMessage() with { Limits = new InstanceLimits(2000, 10, 10) });

        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        (exited.Reason, exited.CrashTimestamp).ShouldBe((ExitReasons.Refused, null));
        exited.ExitDescription.ShouldBe("insufficient resources: 2000 MB of memory wanted, 1000 MB free");
        dea.Bus.Heard<DeaHeartbeat>(Subjects.DeaHeartbeat).SelectMany(h => h.Droplets).ShouldBeEmpty();
    }
}
