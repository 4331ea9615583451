using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Tatara.Protocol;

namespace Tatara.Router.Tests.Support;

/// <summary>An endpoint that speaks HTTP/2 without TLS, and nothing else.</summary>
public sealed class Http2Backend : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Http2Backend(WebApplication app) => _app = app;

    public IPEndPoint Endpoint { get; private set; } = null!;

    public static async Task<Http2Backend> StartAsync(RequestDelegate serve)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        IPEndPoint? bound = null;
        ListenOptions? listening = null;
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l =>
        {
            l.Protocols = HttpProtocols.Http2;
            listening = l;
        }));
        var app = builder.Build();
        app.Run(serve);
        await app.StartAsync();
        bound = (IPEndPoint)listening!.EndPoint;
        return new Http2Backend(app) { Endpoint = bound };
    }

    public RouterRegistration Registration(string uri) => new([uri], "127.0.0.1", Endpoint.Port, "dea", "app-2", "i-2", "0", Protocol: "http2");

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
