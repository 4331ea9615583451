using Tatara.Hosts;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.Tests.Cluster;

/// <summary>What the real nats-server lets members say and hear.</summary>
public sealed class BusPermissionTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private TestCluster _cluster = null!;
    private HostConfiguration _one = null!;
    private HostConfiguration _other = null!;

    public async Task InitializeAsync()
    {
        _cluster = await TestCluster.CreateAsync();
        _one = await _cluster.AddAsync("host-2", PeerRole.Dea);
        _other = await _cluster.AddAsync("host-3", PeerRole.Dea);
        await _cluster.StartBusAsync();
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Publish_ADeaAsCloudController_IsRefused()
    {
        var dea = await _cluster.ConnectAsync(_one, PeerRole.Dea);
        var victim = await _cluster.ConnectAsync(_other, PeerRole.Dea);
        await using var starts = await victim.SubscribeCoreAsync<NatsBody>("dea.dea-host-3.start");
        await using var stops = await victim.SubscribeCoreAsync<NatsBody>(Subjects.DeaStop);
        await victim.PingAsync();

        foreach (var subject in (string[])["dea.dea-host-3.start", Subjects.DeaStop, Subjects.DeaUpdate, Subjects.Hm9000Start, Subjects.Hm9000Stop, Subjects.DeaDrain("dea-host-3"), Subjects.DropletUpdated])
            await dea.PublishBytesAsync(subject, "{}"u8.ToArray());
        await dea.PingAsync();
        var controller = await _cluster.ConnectAsync(_cluster.Founder, PeerRole.CloudController);
        await controller.PublishBytesAsync("dea.dea-host-3.start", "\"the real one\""u8.ToArray());
        await controller.PublishBytesAsync(Subjects.DeaStop, "\"the real one\""u8.ToArray());

        Text(await starts.Messages.ReadAsync(Soon())).ShouldBe("\"the real one\"");
        Text(await stops.Messages.ReadAsync(Soon())).ShouldBe("\"the real one\"");
    }

    [Fact]
    public async Task Publish_WhereAnotherDeaTellsItsAddresses_IsRefused()
    {
        var dea = await _cluster.ConnectAsync(_one, PeerRole.Dea);
        var other = await _cluster.ConnectAsync(_other, PeerRole.Dea);
        await using var told = await other.SubscribeCoreAsync<NatsBody>(Subjects.NetworkAddressesOf("*"));
        await other.PingAsync();

        await dea.PublishBytesAsync(Subjects.NetworkAddressesOf("dea-host-3"), "{}"u8.ToArray());
        await dea.PublishBytesAsync(Subjects.NetworkAddressesOf("dea-host-1"), "{}"u8.ToArray());
        await dea.PublishBytesAsync(Subjects.NetworkAddressesOf("dea-host-2"), "{}"u8.ToArray());

        (await told.Messages.ReadAsync(Soon())).Subject.ShouldBe("tatara.network.addresses.dea-host-2");
    }

    [Fact]
    public async Task Subscribe_ADeaToWhatIsForAnother_HearsNothing()
    {
        var log = new ListLogger<NatsConnection>();
        var dea = await _cluster.ConnectAsync(_one, PeerRole.Dea, log);
        string[] forbidden = ["dea.dea-host-3.start", "dea.*.start", "dea.>", "staging.dea-host-3.start", "staging.*.start", ">", "_INBOX.>", "_INBOX.host-1.cloud-controller.>", Subjects.Logs, "tatara.staging.reply.*"];
        foreach (var subject in forbidden) _ = await dea.SubscribeCoreAsync<NatsBody>(subject);
        await dea.PingAsync();

        log.Entries.Count(entry => entry.Text.Contains("Permissions Violation for Subscription", StringComparison.Ordinal)).ShouldBe(forbidden.Length);
    }

    [Fact]
    public async Task Request_OfOneMember_IsAnsweredToItAlone()
    {
        var router = await _cluster.ConnectAsync(_cluster.Founder, PeerRole.Router);
        var dea = await _cluster.ConnectAsync(_one, PeerRole.Dea);
        await using var greets = await router.SubscribeCoreAsync<NatsBody>(Subjects.RouterGreet);
        await router.PingAsync();

        var asking = dea.RequestAsync<string, string>(Subjects.RouterGreet, "hello", Patience).AsTask();
        var question = await greets.Messages.ReadAsync(Soon());
        question.ReplyTo!.ShouldStartWith("_INBOX.host-2.dea.");
        await question.ReplyAsync("welcome");

        (await asking).Data.ShouldBe("welcome");
    }

    [Fact]
    public async Task Connect_AMemberThatJoinsLater_IsLetInWithoutARestartOfTheBus()
    {
        var before = await _cluster.ConnectAsync(_one, PeerRole.Dea);
        var late = await _cluster.AddAsync("host-4", PeerRole.Dea);

        var dea = await _cluster.ConnectAsync(late, PeerRole.Dea);

        await dea.PingAsync();
        before.IsConnected.ShouldBeTrue();
    }

    [Fact]
    public async Task Connect_AMemberThatWasRemoved_IsCutOffAndStaysOut()
    {
        var dea = await _cluster.ConnectAsync(_one, PeerRole.Dea);
        var other = await _cluster.ConnectAsync(_other, PeerRole.Dea);
        var gone = new TaskCompletionSource();
        dea.Disconnected += gone.SetResult;

        await _cluster.Members.RemoveAsync("host-2", DateTimeOffset.UtcNow, CancellationToken.None);

        await gone.Task.WaitAsync(Patience);
        var log = new ListLogger<NatsConnection>();
        await using var again = new NatsConnection(new OneOfMany(_one).Bus(PeerRole.Dea, "again"), log);
        _ = again.ConnectAsync();
        await Until(() => log.Contains("Authorization Violation"));
        await other.PingAsync();
    }

    [Fact]
    public async Task Connect_WithACertificateOfSomebodyElse_IsRefused()
    {
        await using var foreign = await TestCluster.CreateAsync();
        foreach (var file in Directory.GetFiles(foreign.Founder.Identity.Directory, "dea.crt").Append(foreign.Founder.Identity.KeyFile))
            File.Copy(file, Path.Combine(_one.Identity.Directory, Path.GetFileName(file)), overwrite: true);
        var log = new ListLogger<NatsConnection>();
        await using var intruder = new NatsConnection(new OneOfMany(_one).Bus(PeerRole.Dea, "intruder"), log);

        _ = intruder.ConnectAsync();

        await Until(() => log.Entries.Count > 0);
        intruder.IsConnected.ShouldBeFalse();
    }

    [Fact]
    public async Task Connect_ToAServerWithTheCertificateOfADea_IsGivenUp()
    {
        // A host of the platform that pretends to be the bus.
        var identity = _other.Identity;
        await using var server = await NatsServer.StartWithConfigAsync($$"""tls { cert_file: "{{identity.CertificateFile(PeerRole.Dea)}}", key_file: "{{identity.KeyFile}}", ca_file: "{{identity.AuthorityFile}}" }""");
        var log = new ListLogger<NatsConnection>();
        await using var dea = new NatsConnection(new OneOfMany(_one).Bus(PeerRole.Dea, "dea") with { Servers = [server.Address] }, log);

        _ = dea.ConnectAsync();

        await Until(() => log.Contains("cannot be trusted"));
        dea.IsConnected.ShouldBeFalse();
    }

    private static string Text(NatsMsg<NatsBody> message) => System.Text.Encoding.UTF8.GetString(message.Data.Bytes.Span);

    private static CancellationToken Soon() => new CancellationTokenSource(Patience).Token;

    private static async Task Until(Func<bool> holds)
    {
        var deadline = Soon();
        while (!holds()) await Task.Delay(20, deadline);
    }
}
