using System.Net;
using System.Net.Sockets;

namespace Tatara.Dea.Instances;

/// <summary>Asks an instance once whether it is well.</summary>
internal sealed class HealthCheck(HttpClient http)
{
    /// <summary>Null when it is; else what is wrong, as a sentence without a full stop.</summary>
    public async Task<string?> RunAsync(HealthProbe probe, IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        if (probe.AsksNothing) return null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(probe.Timeout);
        try
        {
            return probe.Type == "http" ? await GetAsync(probe.Path, endpoint, patience.Token) : await ConnectAsync(endpoint, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var seconds = FormattableString.Invariant($"{probe.Timeout.TotalSeconds:0} s");
            return probe.Type == "http" ? $"GET {probe.Path} was not answered within {seconds}" : $"port {InstanceEnvironment.ContainerPort} accepted no connection within {seconds}";
        }
        catch (Exception e) when (e is SocketException or HttpRequestException or IOException or UriFormatException)
        {
            return probe.Type == "http" ? $"GET {probe.Path} was not answered" : $"nothing listens on port {InstanceEnvironment.ContainerPort}";
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
        if (request.RequestUri!.Host != endpoint.Address.ToString() || request.RequestUri.Port != endpoint.Port) return $"{path} is not a path";
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return response.StatusCode == HttpStatusCode.OK ? null : $"GET {path} was answered with {(int)response.StatusCode} instead of 200";
    }
}
