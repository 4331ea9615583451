using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Tatara.Peers;
using Tatara.Protocol;

namespace Tatara.HealthManager.Leading;

/// <summary>
/// Asks Cloud Controller for the lease of the one active Health Manager. Orders go to Cloud Controller, too, so who cannot reach one
/// could do nothing with the lease either.
/// </summary>
internal sealed class LeaseClient : IDisposable
{
    private static readonly Uri s_path = new("/bulk/leases/health-manager", UriKind.Relative);

    private readonly string _holder = Guid.NewGuid().ToString("N");
    private readonly HttpClient _http;

    public LeaseClient(HealthManagerOptions options)
    {
        _http = new HttpClient(PeerNetwork.CreateHandler(options.Peers)) { BaseAddress = options.CloudControllerUrl };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.BulkUser}:{options.BulkPassword}")));
    }

    public async Task<bool> TakeAsync(TimeSpan life, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, life, cancellationToken);
        return await response.Content.ReadFromJsonAsync(ProtocolJson.Default.LeaseAnswer, cancellationToken) is { Held: true };
    }

    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Delete, TimeSpan.Zero, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, TimeSpan life, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, s_path)
        {
            Content = JsonContent.Create(new LeaseRequest(_holder, (long)life.TotalMilliseconds), ProtocolJson.Default.LeaseRequest),
        };
        return (await _http.SendAsync(request, cancellationToken)).EnsureSuccessStatusCode();
    }
}
