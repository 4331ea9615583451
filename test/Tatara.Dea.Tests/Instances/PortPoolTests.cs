using Tatara.Dea.Instances;
using Tatara.MessageBus;

namespace Tatara.Dea.Tests.Instances;

public sealed class PortPoolTests
{
    private static readonly DeaOptions Options = new()
    {
        Id = "dea",
        Bus = new NatsOptions { Servers = [] },
        DataDirectory = "/x",
        HostAddress = "10.0.0.1",
        Stacks = [new("s", "/s")],
        MemoryMb = 1,
        DiskMb = 1,
        FirstPort = 61001,
        LastPort = 61003,
    };

    [Fact]
    public void Take_Released_ComesLast()
    {
        var pool = new PortPool(Options, TimeProvider.System);

        pool.Take().ShouldBe(61001);
        pool.Release(61001);

        new[] { pool.Take(), pool.Take(), pool.Take(), pool.Take() }.ShouldBe([61002, 61003, 61001, null]);
    }

    [Fact]
    public void Take_Adopted_IsNotGivenAgain()
    {
        var pool = new PortPool(Options, TimeProvider.System);

        pool.Adopt(61002);

        new[] { pool.Take(), pool.Take(), pool.Take() }.ShouldBe([61003, 61001, null]);
    }

    [Theory]
    [InlineData("spaces are bad", "/x", "10.0.0.1")]
    [InlineData("dea", "relative", "10.0.0.1")]
    [InlineData("dea", "/x", "no address")]
    public void Validate_WrongOption_IsNamed(string id, string directory, string address) =>
        Should.Throw<ArgumentException>(() => (Options with { Id = id, DataDirectory = directory, HostAddress = address }).Validate()).Message.ShouldStartWith("The DEA's");
}
