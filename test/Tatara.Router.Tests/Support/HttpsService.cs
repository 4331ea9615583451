using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Tatara.Router.Tests.Support;

/// <summary>A server somewhere in the world: HTTPS at https://localhost:PORT.</summary>
public sealed class HttpsService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HttpsService(WebApplication app) => _app = app;

    public Uri Url { get; private set; } = null!;

    public static async Task<HttpsService> StartAsync(X509Certificate2 certificate, HttpProtocols protocols, RequestDelegate serve)
    {
        // Kestrel takes no key that is only in memory on every system, and this does it everywhere.
        var usable = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        ListenOptions? listening = null;
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, l =>
            {
                l.Protocols = protocols;
                l.UseHttps(usable);
                listening = l;
            });
        });
        var app = builder.Build();
        app.Run(serve);
        await app.StartAsync();
        return new HttpsService(app) { Url = new Uri($"https://localhost:{((IPEndPoint)listening!.EndPoint).Port}") };
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
