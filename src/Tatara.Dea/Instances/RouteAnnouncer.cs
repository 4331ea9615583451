using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>Tells the routers where instances are: at once, again at the interval they ask for, and when a router starts.</summary>
internal sealed class RouteAnnouncer(DeaOptions options, NatsConnection bus, PortPool ports, TimeProvider time, ILogger<RouteAnnouncer> logger)
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Instance> _announced = new(StringComparer.Ordinal);
    private TimeSpan _interval = options.RegisterInterval;

    /// <summary>Whether the routers were told to send requests to it.</summary>
    public bool IsAnnounced(Instance instance) => _announced.ContainsKey(instance.Guid);

    public async Task RegisterAsync(Instance instance)
    {
        _announced[instance.Guid] = instance;
        await PublishAsync(instance);
    }

    /// <summary>True when it was registered by this run until now.</summary>
    public async Task<bool> UnregisterAsync(Instance instance)
    {
        var wasAnnounced = _announced.TryRemove(instance.Guid, out _);
        await UnregisterAsync(instance.Record);
        return wasAnnounced && !instance.Record.Routes.IsEmpty;
    }

    /// <summary>Takes out an instance that an earlier run may have registered.</summary>
    public async Task UnregisterAsync(InstanceRecord record)
    {
        if (record.HostPort > 0) await PublishAsync(Subjects.RouterUnregister, record, record.Routes);
    }

    /// <summary>Gives an instance other routes.</summary>
    public async Task ChangeAsync(Instance instance, InstanceRoutes routes)
    {
        var gone = instance.Record.Routes.Without(routes);
        instance.Note(r => r with { Routes = routes });
        if (!_announced.ContainsKey(instance.Guid)) return;
        await PublishAsync(instance);
        await PublishAsync(Subjects.RouterUnregister, instance.Record, gone);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(RepeatAsync(cancellationToken), GreetAsync(cancellationToken));
    }

    /// <summary>A router came up, or the bus came back: everything again.</summary>
    public async Task RegisterAllAsync()
    {
        foreach (var instance in _announced.Values) await PublishAsync(instance);
    }

    /// <summary>A router says how often it wants to hear.</summary>
    public void Follow(RouterGreeting greeting)
    {
        ports.Follow(greeting);
        var asked = TimeSpan.FromSeconds(greeting.MinimumRegisterIntervalInSeconds);
        if (asked >= ShortestInterval && asked < _interval) logger.LogInformation("The router wants to hear every {Interval}.", asked);
        if (asked >= ShortestInterval) _interval = asked;
    }

    private async Task RepeatAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(_interval, time, cancellationToken);
            if (bus.IsConnected) await RegisterAllAsync();
        }
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        await bus.ConnectAsync(cancellationToken);
        await foreach (var reply in bus.RequestManyAsync<string, RouterGreeting>(Subjects.RouterGreet, "", TimeSpan.FromSeconds(2), cancellationToken))
        {
            if (reply.Data is { } greeting) Follow(greeting);
            else break;
        }
    }

    private Task PublishAsync(Instance instance) => PublishAsync(Subjects.RouterRegister, instance.Record, instance.Record.Routes);

    private async Task PublishAsync(string subject, InstanceRecord record, InstanceRoutes routes)
    {
        foreach (var part in routes.Messages())
            await bus.PublishAsync(subject, Describe(record, part.Uris) with
            {
                TcpRoutes = part.Tcp, RouteServiceUrl = part.RouteService, Protocol = part.Protocol,
                Options = part.Balancing is { } balancing ? new RegistrationOptions(balancing) : null,
            });
    }

    private RouterRegistration Describe(InstanceRecord record, IReadOnlyList<string> uris) => new(
        uris, options.HostAddress, record.HostPort,
        Dea: options.Id,
        App: ApplicationField(record, "application_id") ?? record.Start.Droplet,
        PrivateInstanceId: record.Guid,
        PrivateInstanceIndex: record.Start.Index.ToString(CultureInfo.InvariantCulture),
        Tags: TagsOf(record),
        AvailabilityZone: options.Zone);

    private static Dictionary<string, string> TagsOf(InstanceRecord record)
    {
        var tags = new Dictionary<string, string> { ["component"] = "dea", ["process_id"] = record.Start.Droplet, ["process_type"] = record.Start.ProcessType ?? "web" };
        foreach (var (tag, field) in new[] { ("app_name", "application_name"), ("space_name", "space_name"), ("organization_name", "organization_name") })
            if (ApplicationField(record, field) is { } value) tags[tag] = value;
        return tags;
    }

    private static string? ApplicationField(InstanceRecord record, string name) =>
        record.Start.VcapApplication is { ValueKind: JsonValueKind.Object } application
        && application.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
