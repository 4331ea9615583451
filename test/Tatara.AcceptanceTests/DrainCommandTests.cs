namespace Tatara.AcceptanceTests;

/// <summary>`tatara drain` when it must not or cannot.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class DrainCommandTests(SharedPlatform shared)
{
    [Theory]
    [InlineData("dea-7", "No DEA is called 'dea-7'.", "These run: dea-0.")]
    [InlineData("dea-0", "dea-0 is the only DEA", "tatara run dea")]
    public async Task Drain_NowhereToGo_SaysWhyAndChangesNothing(string dea, string problem, string advice)
    {
        var (exitCode, output) = await shared.Platform.RunAsync("drain", dea);

        exitCode.ShouldBe(1);
        output.ShouldContain(problem);
        output.ShouldContain(advice);
    }
}
