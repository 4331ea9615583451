namespace Tatara.Containers.Tests;

public sealed class OptionsTests
{
    private static readonly ContainerRuntimeOptions Valid = new() { DataDirectory = "/var/lib/tatara/dea-0" };

    [Fact]
    public void Validate_Defaults_Pass() => Valid.Validate();

    [Fact]
    public void Validate_Wrong_SaysWhichAndWhy()
    {
        Fails(Valid with { DataDirectory = "data" }, "DataDirectory");
        Fails(Valid with { DataDirectory = "/a:b" }, "overlayfs");
        Fails(Valid with { UserIdBase = 0 }, "UserIdBase");
        Fails(Valid with { Subnet = "10.0.0.0/8" }, "Subnet");
        Fails(Valid with { Subnet = "fd00::/64" }, "Subnet");
        Fails(Valid with { HostAddress = "127.0.0.1" }, "HostAddress");
        Fails(Valid with { HostAddress = "10.253.1.1" }, "HostAddress");
        Fails(Valid with { LogBytes = 1 }, "LogBytes");
        Fails(Valid with { NameServers = ["dns"] }, "NameServers");
    }

    [Fact]
    public void Id_OfOneDirectory_IsTheSameEveryTime()
    {
        (Valid with { DataDirectory = "/var/lib/tatara/./dea-0" }).Id.ShouldBe(Valid.Id);
        (Valid with { DataDirectory = "/var/lib/tatara/dea-1" }).Id.ShouldNotBe(Valid.Id);
        Valid.Id.Length.ShouldBe(6);
    }

    private static void Fails(ContainerRuntimeOptions options, string word) =>
        Should.Throw<ArgumentException>(options.Validate).Message.ShouldContain(word);
}
