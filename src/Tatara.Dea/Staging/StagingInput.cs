namespace Tatara.Dea.Staging;

/// <summary>What a staging container is to find.</summary>
/// <param name="Package">The zip with the app, not unpacked yet.</param>
/// <param name="AppJson">What the app's app.json gives.</param>
/// <param name="Buildpacks">To use in this order, or to try.</param>
/// <param name="SkipDetection">They were asked for, so nobody asks whether they fit.</param>
internal sealed record StagingInput(string Package, AppJson AppJson, IReadOnlyList<StagingBuildpack> Buildpacks, bool SkipDetection) : IDisposable
{
    public IReadOnlyDictionary<string, string> Defaults => AppJson.Environment;

    public void Dispose()
    {
        foreach (var buildpack in Buildpacks) buildpack.Lease?.Dispose();
    }
}
