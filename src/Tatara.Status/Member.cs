using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Status;

/// <summary>A role of this process as one member of the platform: who it is, and how it is.</summary>
public sealed class Member
{
    /// <summary>What a role asks to find out how it is may be away itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly string _type;
    private readonly StatusOptions _options;
    private readonly IRoleStatus _role;
    private readonly NatsConnection _bus;
    private readonly ProcessLoad _load = new();
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _start;
    private readonly string _uuid = Guid.NewGuid().ToString("N");

    /// <param name="type">What Cloud Foundry V2 calls the role.</param>
    public Member(string type, StatusOptions options, IRoleStatus role, NatsConnection bus, TimeProvider time)
    {
        (_type, _options, _role, _bus) = (type, options, role, bus);
        _time = time;
        _start = time.GetUtcNow();
    }

    /// <summary>Further pages of its role.</summary>
    internal IReadOnlyDictionary<string, RequestDelegate> Pages => _role.Pages;

    /// <summary>Address and port where it shows that, once it listens.</summary>
    public string? Host { get; set; }

    private string Name => _options.Name ?? _type.ToLowerInvariant();

    /// <summary>Of several, names end with their number.</summary>
    private int Index => int.TryParse(Name.AsSpan(Name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : 0;

    private string Start => _start.ToString("yyyy-MM-dd HH:mm:ss +0000", CultureInfo.InvariantCulture);

    private string Uptime => _load.Uptime is var up ? $"{up.Days}d:{up.Hours}h:{up.Minutes}m:{up.Seconds}s" : "";

    private static string Version { get; } =
        typeof(Member).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>Why it cannot do its work; null: it can.</summary>
    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        if (_role.NeedsBus && !_bus.IsConnected) return "the bus is away";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await _role.FindProblemAsync(patience.Token).WaitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "what it needs does not answer";
        }
    }

    /// <summary>Its numbers: those that every role has, then its own.</summary>
    public async Task<MetricPage> CollectAsync(CancellationToken cancellationToken)
    {
        var (page, load) = (new MetricPage(), _load.Read());
        page.Family("tatara_member_healthy", MetricPage.Gauge, "Whether it can do its work, with its role, name and version.");
        page.Sample("tatara_member_healthy", await FindProblemAsync(cancellationToken) is null ? 1 : 0, ("role", _type), ("name", Name), ("version", Version));
        page.Number("tatara_bus_connected", MetricPage.Gauge, "Whether the bus answers it.", _bus.IsConnected ? 1 : 0);
        page.Number("process_start_time_seconds", MetricPage.Gauge, "When it started, in seconds since 1970.", _start.ToUnixTimeMilliseconds() / 1000.0);
        page.Number("process_cpu_seconds_total", MetricPage.Counter, "Processor time of this process, with every role in it.", load.Used.TotalSeconds);
        page.Number("process_resident_memory_bytes", MetricPage.Gauge, "Memory of this process, with every role in it.", load.MemoryBytes);
        if (_options.CertificateEnds is { } ends)
            page.Number("tatara_host_certificate_left_seconds", MetricPage.Gauge, "How long its certificate for other hosts lives yet; it is renewed with 30 days left.", (ends() - _time.GetUtcNow()).TotalSeconds);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await _role.CollectAsync(page, patience.Token).WaitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The rest is missing, and tatara_member_healthy says why.
        }
        return page;
    }

    /// <summary>What Cloud Foundry V2's components say of themselves at /varz, and the same numbers.</summary>
    public async Task WriteVarzAsync(Stream target, CancellationToken cancellationToken)
    {
        var (page, load) = (await CollectAsync(cancellationToken), _load.Read());
        await using var json = new Utf8JsonWriter(target, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("type", _type);
        json.WriteNumber("index", Index);
        json.WriteString("uuid", $"{Index}-{_uuid}");
        json.WriteString("name", Name);
        if (_options.Zone is not null) json.WriteString("zone", _options.Zone);
        json.WriteString("version", Version);
        json.WriteString("start", Start);
        json.WriteString("uptime", Uptime);
        json.WriteNumber("num_cores", Environment.ProcessorCount);
        json.WriteNumber("cpu", load.Percent);
        json.WriteNumber("mem", load.MemoryBytes / 1024);
        page.WriteTo(json);
        json.WriteEndObject();
    }

    /// <summary>What it tells the bus of itself.</summary>
    internal async Task<ComponentAnnouncement> AnnounceAsync(CancellationToken cancellationToken)
    {
        var load = _load.Read();
        return new ComponentAnnouncement(
            _type, Index, $"{Index}-{_uuid}", Start, Uptime, Host, Name, _options.Zone, Version, load.Percent, load.MemoryBytes,
            await FindProblemAsync(cancellationToken), _role.Neighbours is { Count: > 0 } neighbours ? neighbours : null);
    }
}
