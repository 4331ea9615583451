namespace Tatara.Containers.Tests;

public sealed class LifecycleTests(TestRuntime machine) : IClassFixture<TestRuntime>
{
    [Fact]
    public async Task Wait_ProgramEnds_ExitCodeAndWholeLog()
    {
        var (exit, output) = await machine.RunAsync("for i in $(seq 2000); do echo line $i; done; echo last >&2; exit 7");

        exit.ExitCode.ShouldBe(7);
        exit.OutOfMemory.ShouldBeFalse();
        var lines = output.Split('\n');
        lines.Length.ShouldBe(2001);
        lines.ShouldContain("line 2000");
        lines.ShouldContain("last");
    }
}
