using Microsoft.Extensions.Logging.Abstractions;
using Tatara.Dea.Instances;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.Dea.Tests.Instances;

/// <summary>A port of one app must not become another's while some router may still know the first: lost messages, restarts and all.</summary>
public sealed class PortPoolTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-ports-").FullName;
    private readonly ManualTimeProvider _time = new();
    private readonly DeaOptions _options;

    public PortPoolTests() => _options = new()
    {
        Id = "dea",
        Bus = new NatsOptions { Servers = [] },
        DataDirectory = _directory,
        HostAddress = "10.0.0.1",
        Subnet = System.Net.IPNetwork.Parse("10.253.0.0/20"),
        Stacks = [new("s", "/s")],
        MemoryMb = 1,
        DiskMb = 1,
        FirstPort = 61001,
        LastPort = 61003,
    };

    [Fact]
    public void Take_Released_RestsLongerThanRoutersRemember()
    {
        var pool = Start();
        pool.Take().ShouldBe(61001);
        pool.Release(61001);

        new[] { pool.Take(), pool.Take(), pool.Take() }.ShouldBe([61002, 61003, null]);
        _time.Advance(TimeSpan.FromSeconds(150)); // 120 s and the 30 s that a router may be late.
        pool.Take().ShouldBeNull();
        _time.Advance(TimeSpan.FromSeconds(40));
        pool.Take().ShouldBe(61001);
    }

    [Fact]
    public void Take_AfterARestart_StillRestsAndGoesOnInTurn()
    {
        var before = Start();
        before.Take().ShouldBe(61001);
        before.Release(61001); // And then kill -9: nothing more is written.

        var after = Start();
        new[] { after.Take(), after.Take(), after.Take() }.ShouldBe([61002, 61003, null]);
        _time.Advance(TimeSpan.FromSeconds(190));
        after.Take().ShouldBe(61001);
    }

    [Fact]
    public void Take_BusWasAway_RestBeginsWhenItIsBack()
    {
        var pool = Start();
        pool.Take().ShouldBe(61001);
        pool.OnBusLost();
        pool.Release(61001); // Nobody hears the unregistration, and routers prune nothing.
        _time.Advance(TimeSpan.FromHours(1));
        new[] { pool.Take(), pool.Take(), pool.Take() }.ShouldBe([61002, 61003, null]);

        pool.OnBusBack();
        _time.Advance(TimeSpan.FromSeconds(150)); // Routers counted all they knew as fresh.
        pool.Take().ShouldBeNull();
        _time.Advance(TimeSpan.FromSeconds(40));
        pool.Take().ShouldBe(61001);
    }

    [Fact]
    public void Take_RestartedWhileTheBusIsAway_EndsNoRest()
    {
        var before = Start();
        before.Take().ShouldBe(61001);
        before.OnBusLost();
        before.Release(61001);
        var after = new PortPool(_options, _time, NullLogger<PortPool>.Instance);
        _time.Advance(TimeSpan.FromHours(1));
        new[] { after.Take(), after.Take(), after.Take() }.ShouldBe([61002, 61003, null]);
        after.OnBusBack();
        after.Take().ShouldBeNull();
    }

    [Fact]
    public void Follow_ARouterThatRemembersLonger_RestsLonger()
    {
        var pool = Start();
        pool.Follow(new RouterGreeting("r", [], 20, 600));
        pool.Take().ShouldBe(61001);
        pool.Release(61001);
        new[] { pool.Take(), pool.Take() }.ShouldBe([61002, 61003]);
        _time.Advance(TimeSpan.FromSeconds(630));
        pool.Take().ShouldBeNull();
        _time.Advance(TimeSpan.FromSeconds(60));
        pool.Take().ShouldBe(61001);
    }

    [Fact]
    public void Take_Adopted_IsNotGivenAgain()
    {
        var pool = Start();
        pool.Adopt(61002);
        pool.Adopt(0);
        new[] { pool.Take(), pool.Take(), pool.Take() }.ShouldBe([61003, 61001, null]);
    }

    [Fact]
    public void Take_HistoryIsUnreadable_BeginsAnew()
    {
        File.WriteAllText(Path.Combine(_directory, "ports.json"), "{\"next\":");
        Start().Take().ShouldBe(61001);
    }

    [Theory]
    [InlineData("spaces are bad", "/x", "10.0.0.1")]
    [InlineData("dea", "relative", "10.0.0.1")]
    [InlineData("dea", "/x", "no address")]
    public void Validate_WrongOption_IsNamed(string id, string directory, string address) =>
        Should.Throw<ArgumentException>(() => (_options with { Id = id, DataDirectory = directory, HostAddress = address }).Validate()).Message.ShouldStartWith("The DEA's");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>One that has heard from the bus, as of a run of the DEA.</summary>
    private PortPool Start()
    {
        var pool = new PortPool(_options, _time, NullLogger<PortPool>.Instance);
        pool.OnBusBack();
        return pool;
    }
}
