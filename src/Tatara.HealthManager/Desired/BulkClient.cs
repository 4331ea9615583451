using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Tatara.Peers;
using Tatara.Protocol;

namespace Tatara.HealthManager.Desired;

/// <summary>Walks Cloud Controller's GET /bulk/apps, page by page.</summary>
internal sealed class BulkClient : IDisposable
{
    /// <summary>A walk that is longer goes in circles.</summary>
    private const int MaxPages = 100_000;
    private const int MaxPageBytes = 64 * 1024 * 1024;

    /// <summary>Nobody runs more instances of one process; a greater number is an error upstream that must not fill the machines.</summary>
    private const int MaxInstances = 10_000;

    private static readonly TimeSpan PageTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How far clocks of two machines may be apart.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly HealthManagerOptions _options;
    private readonly TimeProvider _time;

    public BulkClient(HealthManagerOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _http = new HttpClient(PeerNetwork.CreateHandler(options.Peers))
        {
            BaseAddress = options.CloudControllerUrl,
            Timeout = PageTimeout,
            MaxResponseContentBufferSize = MaxPageBytes,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.BulkUser}:{options.BulkPassword}")));
    }

    /// <summary>Every started process. Fails rather than return a part.</summary>
    public async Task<IReadOnlyDictionary<string, DesiredProcess>> FetchAsync(CancellationToken cancellationToken)
    {
        var processes = new Dictionary<string, DesiredProcess>(StringComparer.Ordinal);
        var position = 0L;
        for (var pages = 0; pages < MaxPages; pages++)
        {
            var page = await FetchPageAsync(position, cancellationToken);
            if (page.Results.Count == 0) return processes;
            foreach (var app in page.Results.Values)
            {
                if (app is not { State: "STARTED" }) continue;
                if (app.Instances is < 0 or > MaxInstances)
                    throw new InvalidDataException($"Cloud Controller wants {app.Instances} instances of {app.Id}, more than {MaxInstances} or less than none.");
                processes[app.Id] = new DesiredProcess(app.Id, app.Version, app.Instances, app.PackageState == "STAGED", app.UpdatedAt, IsSettled(app));
            }
            if (page.BulkToken.Id <= position) throw new InvalidDataException($"Cloud Controller's bulk token does not advance beyond {position}.");
            position = page.BulkToken.Id;
        }
        throw new InvalidDataException($"Cloud Controller's apps do not end within {MaxPages} pages.");
    }

    public void Dispose() => _http.Dispose();

    private async Task<BulkAppsPage> FetchPageAsync(long position, CancellationToken cancellationToken)
    {
        var token = Uri.EscapeDataString(string.Create(CultureInfo.InvariantCulture, $$"""{"id":{{position}}}"""));
        using var response = await _http.GetAsync(
            new Uri($"/bulk/apps?batch_size={_options.BulkBatchSize}&bulk_token={token}", UriKind.Relative), cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(ProtocolJson.Default.BulkAppsPage, cancellationToken)
            ?? throw new InvalidDataException("Cloud Controller answers with null.");
    }

    private bool IsSettled(DesiredApp app) => app.UpdatedAt < _time.GetUtcNow() - _options.StartGrace - ClockTolerance;
}
