using Tatara.Testing;

namespace Tatara.ChaosTests;

/// <summary>Somebody who writes one row after the other, and keeps those that the platform said yes to.</summary>
internal sealed class Writer : IAsyncDisposable
{
    private readonly Cf _cf;
    private readonly string _name;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<string> _acknowledged = [];
    private readonly Task _writing;

    private Writer(Cf cf, string name)
    {
        (_cf, _name) = (cf, name);
        _writing = Task.Run(WriteAsync);
    }

    /// <param name="name">Unique: of an organization that it makes and deletes.</param>
    public static async Task<Writer> StartAsync(ChaosBed chaos, string name) => new(await Cf.LoggedInAsync(chaos.Bed.Platform, name), name);

    /// <summary>Writes no more; everything that was acknowledged is there.</summary>
    public async Task NothingIsLostAsync()
    {
        await StopAsync();
        var there = (await _cf.RunAsync("spaces")).Succeeded().Split('\n').Select(line => line.Trim());
        _acknowledged.ShouldNotBeEmpty();
        _acknowledged.Except(there).ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _cf.RunAsync("delete-org", _name, "-f");
        _cf.Dispose();
        _stopping.Dispose();
    }

    private async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _writing;
    }

    private async Task WriteAsync()
    {
        for (var number = 0; !_stopping.IsCancellationRequested; number++)
        {
            var space = $"{_name}-{number}";
            if ((await _cf.RunAsync("create-space", space)).ExitCode == 0) _acknowledged.Add(space);
        }
    }
}
