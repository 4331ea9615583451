namespace Tatara.Uaa.Tests;

/// <summary>One UAA for all tests of a class that leave it as it was.</summary>
public sealed class SharedUaa : IAsyncLifetime
{
    private readonly HashSet<string> _users = [];

    internal RunningUaa Uaa { get; private set; } = null!;

    public async Task InitializeAsync() => Uaa = await RunningUaa.StartAsync(o => o with { LockoutAfterFailures = 1000 });

    public async Task EnsureUserAsync(string userName)
    {
        if (_users.Add(userName)) await Uaa.CreateUserAsync(await Uaa.AdminAccessTokenAsync(), userName, "secret");
    }

    public async Task DisposeAsync() => await Uaa.DisposeAsync();
}
