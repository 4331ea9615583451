namespace Tatara.Containers.Tests;

public sealed class SpecChecksTests
{
    [Fact]
    public void Check_Wrong_SaysWhatAndNamesTheHandle()
    {
        Fails(spec => spec with { Command = [] }, "no command");
        Fails(spec => spec with { Command = ["a\0b"] }, "zero byte");
        Fails(spec => spec with { Environment = ["NOVALUE"] }, "NOVALUE");
        Fails(spec => spec with { Environment = ["=x"] }, "not K=V");
        Fails(spec => spec with { Environment = ["A=" + new string('x', 200_000)] }, "longer than");
        Fails(spec => spec with { WorkingDirectory = "app" }, "absolute");
        Fails(spec => spec with { Binds = [new("/tmp", "/../etc", false)] }, "absolute");
        Fails(spec => spec with { UserId = 70_000 }, "user");
        Fails(spec => spec with { Ports = [new(70_000, 8080)] }, "ports");
        Fails(spec => spec with { Limits = spec.Limits with { MemoryBytes = 0 } }, "memory");
        Fails(spec => spec with { Limits = spec.Limits with { DiskBytes = 0 } }, "disk");
        Fails(spec => spec with { Limits = spec.Limits with { CpuShares = 1 } }, "CPU shares");
        Fails(spec => spec with { Limits = spec.Limits with { Pids = 0 } }, "processes");
    }

    [Theory]
    [InlineData("""{"data": 123}""", 123, "")]
    [InlineData("""{"pid": 7}""", 7, "")]
    [InlineData("""{"data": -1, "message": "no such file"}""", -1, "no such file")]
    [InlineData("", -1, "")]
    [InlineData("nonsense", -1, "conmon reported \"nonsense\"")]
    [InlineData("""{"other": 1}""", -1, """conmon reported "{"other": 1}" """)]
    public void MonitorReport_AnyText_IsUnderstoodOrQuoted(string line, int pid, string message) =>
        Processes.Monitor.Parse(line).ShouldBe((pid, message.TrimEnd()));

    private static void Fails(Func<ContainerSpec, ContainerSpec> change, string word)
    {
        var spec = TestRuntime.Spec("true", change);
        var message = Should.Throw<ContainerException>(() => SpecChecks.Check(spec)).Message;
        message.ShouldContain(word);
        message.ShouldContain(spec.Handle);
    }
}
