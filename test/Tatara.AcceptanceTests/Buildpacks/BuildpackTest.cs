using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>What every test of a buildpack begins and ends with: a login in its organization, an HTTP client, an empty folder.</summary>
public abstract class BuildpackTest(SharedPlatform shared, string organization, bool followRedirects = true) : IAsyncLifetime
{
    protected Platform Platform { get; } = shared.Platform;

    protected HttpClient Http { get; } = shared.Platform.CreateClient(followRedirects);

    protected Cf Cf { get; private set; } = null!;

    protected string Folder { get; } = Directory.CreateTempSubdirectory($"tatara-{organization}-").FullName;

    public async Task InitializeAsync() => Cf = await shared.LoggedInAsync(organization);

    public Task DisposeAsync()
    {
        Http.Dispose();
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }
}
