using Tatara.Testing;
using Tatara.Testing.Beds;

namespace Tatara.AcceptanceTests.Machines;

/// <summary>The whole test bed: two of everything that may be there twice, three DEAs in two zones.</summary>
internal sealed class ManyHosts : IMachines
{
    private readonly Bed _bed;
    private readonly Dictionary<string, BedHost> _deas;

    private ManyHosts(Bed bed)
    {
        _bed = bed;
        _deas = bed.With("dea").ToDictionary(host => $"dea-{host.Name}", StringComparer.Ordinal);
        Routers = [.. bed.With("router").Select(bed.Through)];
    }

    public IReadOnlyList<Platform> Routers { get; }

    public IReadOnlyList<string> Deas => [.. _deas.Keys];

    /// <summary>Those that are usual.</summary>
    public (int First, int Last) TcpPorts => (1024, 1123);

    public static async Task<ManyHosts> StartAsync(int number) => new(await Bed.StartAsync(number, BedPlan.Full));

    public Task<(int ExitCode, string Output)> OperateAsync(params string[] command) =>
        _bed.Founder.RunAsync([.. command, "--config", _bed.Founder.ConfigurationFile]);

    public async Task<string> OperateRoutersAsync(params string[] command)
    {
        var last = "";
        foreach (var router in _bed.With("router"))
        {
            var (exitCode, output) = await router.RunAsync([.. command, "--config", router.ConfigurationFile]);
            exitCode.ShouldBe(0, output);
            last = output;
        }
        return last;
    }

    public Task<IReadOnlyList<IRouterProcess>> BalancedRoutersAsync() =>
        Task.FromResult<IReadOnlyList<IRouterProcess>>([.. _bed.With("router").Select(host => new HostRouter(_bed, host))]);

    public Task KillAsync() => Task.WhenAll(_bed.Hosts.Select(host => host.KillAsync()));

    public Task StartAgainAsync() => Task.WhenAll(_bed.Hosts.Select(host => host.StartAsync()));

    public Task PowerOffAsync(string dea) => _deas[dea].PowerOffAsync();

    public Task StartAsync(string dea) => _deas[dea].PowerOnAsync();

    public string FolderOf(string dea) => Path.Combine(_deas[dea].Data, dea);

    public ValueTask DisposeAsync() => _bed.DisposeAsync();
}
