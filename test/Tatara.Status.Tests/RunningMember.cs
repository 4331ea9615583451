using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.Status.Tests;

/// <summary>A role that does nothing, on a real bus, with the status that every role has.</summary>
internal sealed class RunningMember : IAsyncDisposable
{
    private readonly IHost _host;

    private RunningMember(NatsServer bus, IHost host) => (Bus, _host) = (bus, host);

    public NatsServer Bus { get; }

    public Role Role => (Role)_host.Services.GetRequiredService<IRoleStatus>();

    public Uri? Address => _host.Services.GetRequiredService<StatusServer>().EndPoint is { } listens ? new Uri($"http://{listens}") : null;

    public static async Task<RunningMember> StartAsync(StatusOptions? options = null) => await StartAsync(await NatsServer.StartAsync(), options);

    public static async Task<RunningMember> StartAsync(NatsServer bus, StatusOptions? options = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(TimeProvider.System)
            .AddSingleton(s => new NatsConnection(new NatsOptions { Servers = [bus.Address], Json = ProtocolJson.Default.Options }, s.GetService<ILogger<NatsConnection>>()))
            .AddStatus<Role>("TestRole", options ?? new StatusOptions { Port = 0, Password = MemberStatus.Password, Name = "test-3", Zone = "z1" });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        var host = builder.Build();
        await host.StartAsync();
        return new RunningMember(bus, host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
        await Bus.DisposeAsync();
    }
}

internal sealed class Role : IRoleStatus
{
    public string? Problem { get; set; }

    public bool Hangs { get; set; }

    public IReadOnlyList<string> Neighbours { get; set; } = [];

    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        if (Hangs) await new TaskCompletionSource().Task;
        return Problem;
    }

    public async Task CollectAsync(MetricPage page, CancellationToken cancellationToken)
    {
        page.Number("tatara_test_number", MetricPage.Gauge, "A number.", 42);
        if (Hangs) await new TaskCompletionSource().Task;
    }
}
