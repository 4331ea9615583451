namespace Tatara.AcceptanceTests;

/// <summary>`tatara drain` when it must not or cannot.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class DrainCommandTests(SharedPlatform shared)
{
    [Fact]
    public async Task Drain_UnknownDea_SaysWhichThereAre()
    {
        var (exitCode, output) = await shared.Machines.OperateAsync("drain", "dea-7");

        exitCode.ShouldBe(1);
        output.ShouldContain("No DEA is called 'dea-7'.");
        output.ShouldContain($"These run: {string.Join(", ", shared.Machines.Deas)}.");
    }
}
