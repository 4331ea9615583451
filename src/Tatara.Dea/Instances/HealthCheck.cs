using System.Net;
using System.Net.Sockets;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>Asks an instance once whether it is well.</summary>
internal sealed class HealthCheck(HttpClient http)
{
    /// <summary>Null when it is; else what is wrong, to follow "failed to".</summary>
    public async Task<string?> RunAsync(DeaStartMessage start, IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(Math.Clamp(start.HealthCheckInvocationTimeout ?? 1, 1, 600)));
        try
        {
            return start.HealthCheckType switch
            {
                "process" => null,
                "http" => await GetAsync(start.HealthCheckHttpEndpoint ?? "/", endpoint, patience.Token),
                _ => await ConnectAsync(endpoint, patience.Token),
            };
        }
        catch (Exception e) when (e is SocketException or HttpRequestException or IOException or UriFormatException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return start.HealthCheckType == "http"
                ? $"answer GET {start.HealthCheckHttpEndpoint ?? "/"} with 200" : "accept connections on port";
        }
    }

    private static async Task<string?> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endpoint, cancellationToken);
        return null;
    }

    private async Task<string?> GetAsync(string path, IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri($"http://{endpoint}"), path)) { Headers = { ConnectionClose = true } };
        // The path comes from the app's owner: it must not lead to another host.
        if (request.RequestUri!.Host != endpoint.Address.ToString() || request.RequestUri.Port != endpoint.Port) return $"answer GET {path}: it is not a path";
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return response.StatusCode == HttpStatusCode.OK ? null : $"answer GET {path} with 200 (it was {(int)response.StatusCode})";
    }
}
