using System.Diagnostics;
using Tatara.Testing;

namespace Tatara.AcceptanceTests.Machines;

/// <summary>`run router --index N` beside the router of `tatara up`.</summary>
internal sealed class FurtherRouter : IRouterProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Platform _machine;
    private readonly int _index;
    private Process? _process;

    private FurtherRouter(Platform machine, int index)
    {
        (_machine, _index) = (machine, index);
        Platform = Platform.At(machine.Domain, machine.Data, machine.RouterAddress.ToString(), machine.HttpPort + 90 + index, machine.HttpsPort + 90 + index);
    }

    public Platform Platform { get; }

    public string Status { get; private set; } = "";

    public static async Task<IRouterProcess> StartAsync(Platform machine, int index)
    {
        var router = new FurtherRouter(machine, index);
        await router.StartAsync();
        return router;
    }

    public async Task StartAsync() =>
        (_process, Status) = await _machine.StartRouterAsync(_index, Platform.HttpPort, Platform.HttpsPort, "--drain-wait", "3", "--drain-timeout", "30");

    public async Task<int> DrainAsync()
    {
        using var process = _process!;
        _process = null;
        Platform.Terminate(process.Id);
        await process.WaitForExitAsync(new CancellationTokenSource(Patience).Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await DrainAsync();
    }
}
