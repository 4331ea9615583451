namespace Tatara.Router.Tests.Support;

/// <summary>A router of the class's own kind for each test.</summary>
public abstract class RouterTestBase : IAsyncLifetime
{
    protected const string Host = "dora.tatara.test";

    private protected TestRouter Router { get; private set; } = null!;

    public virtual async Task InitializeAsync() => Router = await TestRouter.StartAsync(Configure);

    public virtual async Task DisposeAsync() => await Router.DisposeAsync();

    protected virtual RouterOptions Configure(RouterOptions options) => options;
}
