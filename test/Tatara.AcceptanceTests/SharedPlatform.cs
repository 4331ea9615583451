using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>One platform for all tests that leave it as they found it.</summary>
public sealed class SharedPlatform : IAsyncLifetime
{
    public Platform Platform { get; private set; } = null!;

    public async Task InitializeAsync() => Platform = await Platform.StartAsync("acceptance", 1);

    public async Task DisposeAsync() => await Platform.DisposeAsync();
}

[CollectionDefinition(nameof(OnSharedPlatform))]
public sealed class OnSharedPlatform : ICollectionFixture<SharedPlatform>;
