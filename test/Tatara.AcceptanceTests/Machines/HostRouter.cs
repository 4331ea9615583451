using Tatara.Testing;
using Tatara.Testing.Beds;

namespace Tatara.AcceptanceTests.Machines;

/// <summary>The router of a host.</summary>
internal sealed class HostRouter(Bed bed, BedHost host) : IRouterProcess
{
    private bool _isEnded;

    public Platform Platform => bed.Through(host);

    public string Status => host.RouterStatus;

    public async Task<int> DrainAsync()
    {
        _isEnded = true;
        return await host.StopAsync("router");
    }

    public async Task StartAsync()
    {
        await host.StartAsync("router");
        _isEnded = false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isEnded) await StartAsync();
    }
}
