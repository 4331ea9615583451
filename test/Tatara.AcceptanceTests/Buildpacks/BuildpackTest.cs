using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>What every test of a buildpack begins and ends with: a login in an organization of its own, an HTTP client, an empty folder.</summary>
public abstract class BuildpackTest(SharedPlatform shared, string organization, bool followRedirects = true) : IAsyncLifetime
{
    protected Platform Platform { get; } = shared.Platform;

    protected HttpClient Http { get; } = shared.Platform.CreateClient(followRedirects);

    protected Cf Cf { get; private set; } = null!;

    protected string Folder { get; } = Directory.CreateTempSubdirectory($"tatara-{organization}-").FullName;

    public virtual async Task InitializeAsync() => Cf = await Cf.LoggedInAsync(Platform, organization);

    public Task DisposeAsync()
    {
        Http.Dispose();
        Cf.Dispose();
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }
}
