using Tatara.Router.Proxy.Http1;
using Tatara.Router.Registry;
using Tatara.Router.RouteServices;

namespace Tatara.Router.Proxy;

/// <summary>One request and its answer. The same object serves one request after another, whoever sends it.</summary>
internal sealed class Exchange(ProxyLimits limits, TimeProvider time)
{
    private readonly byte[] _requestId = new byte[Proxy.RequestId.Length];
    private readonly Endpoint?[] _tried = new Endpoint?[limits.MaxAttempts];

    public ClientAddress Client { get; private set; } = ClientAddress.None;
    public RequestHead Request { get; } = new(limits.MaxFields);
    public ResponseHead Response { get; } = new(limits.MaxFields);

    /// <summary>The X-Vcap-Request-Id.</summary>
    public ReadOnlySpan<byte> RequestId => _requestId;

    public DateTimeOffset StartedAt { get; private set; }
    public long Started { get; private set; }

    public Route? Route { get; set; }

    /// <summary>What a route service changes in the request's head; null: nothing.</summary>
    public RequestRewrite? Rewrite { get; set; }

    /// <summary>The last endpoint that was asked.</summary>
    public Endpoint? Endpoint { get; set; }

    /// <summary>The instance that the session sticks to, if the request says so.</summary>
    public Part StickyId { get; set; }

    /// <summary>The one instance that the request is for, if it says so.</summary>
    public Endpoint? OnlyEndpoint { get; set; }

    /// <summary>Endpoints were left out because they serve as many requests as they may.</summary>
    public bool IsOverloaded { get; set; }

    /// <summary>When the endpoint was first asked, to tell its time from the router's.</summary>
    public long Forwarded { get; set; }

    public int Status { get; set; }
    public string? RouterError { get; set; }
    public long ReceivedBytes { get; set; }
    public long SentBytes { get; set; }

    public ReadOnlySpan<Endpoint?> Tried => _tried;

    public void Begin(ClientAddress client)
    {
        Client = client;
        Proxy.RequestId.Write(_requestId);
        StartedAt = time.GetUtcNow();
        Started = time.GetTimestamp();
        (Route, Rewrite, Endpoint, OnlyEndpoint, RouterError) = (null, null, null, null, null);
        StickyId = default;
        IsOverloaded = false;
        (Forwarded, Status, ReceivedBytes, SentBytes) = (0, 0, 0, 0);
        Array.Clear(_tried);
    }

    /// <summary>Lets go of what belongs to the connection, until the next request.</summary>
    public void Forget()
    {
        Client = ClientAddress.None;
        (Route, Rewrite, Endpoint, OnlyEndpoint) = (null, null, null, null);
        Array.Clear(_tried);
        Request.Clear();
        Response.Clear();
    }

    public void MarkTried(Endpoint endpoint)
    {
        var free = Array.IndexOf(_tried, null);
        if (free >= 0) _tried[free] = endpoint;
    }
}
