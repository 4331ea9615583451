using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Tatara.Router.Tests.Support;
using Tatara.Router.Tls;

namespace Tatara.Router.Tests.Tls;

/// <summary>What an app learns of a client's certificate, on the way that requests take.</summary>
public sealed class ForwardedClientCertTests : IDisposable
{
    private const string Host = "dora.tatara.test";
    private const string Claim = "X-Forwarded-Client-Cert: forged\r\n";

    private readonly TestAuthority _authority = new();
    private readonly string _file = Path.GetTempFileName();

    public ForwardedClientCertTests() => File.WriteAllText(_file, _authority.Pem);

    [Theory]
    [InlineData(ForwardedClientCertMode.SanitizeSet, true, "own")]
    [InlineData(ForwardedClientCertMode.SanitizeSet, false, null)]
    [InlineData(ForwardedClientCertMode.Forward, true, "forged")]
    [InlineData(ForwardedClientCertMode.Forward, false, null)]
    [InlineData(ForwardedClientCertMode.AlwaysForward, true, "forged")]
    [InlineData(ForwardedClientCertMode.AlwaysForward, false, "forged")]
    public async Task Https_ClientClaimsACertificate_AppGetsWhatTheModeSays(ForwardedClientCertMode mode, bool shows, string? expected)
    {
        await using var router = await StartAsync(mode);
        await using var app = RawBackend.Saying("hi");
        await router.RegisterAsync(Host, app.Endpoint);
        using var certificate = shows ? _authority.ForClient("CN=alice") : null;

        await using var tls = await Handshakes.ConnectAsync(router.Ports.Https!, Host, certificate);
        await tls.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {Host}\r\n{Claim}Connection: close\r\n\r\n"));
        using var reader = new StreamReader(tls);
        (await reader.ReadToEndAsync()).ShouldEndWith("hi");

        var seen = new RawResponse(app.Requests.Single()).All("X-Forwarded-Client-Cert").ToList();
        if (expected == "own") X509CertificateLoader.LoadCertificate(Convert.FromBase64String(seen.ShouldHaveSingleItem())).Thumbprint.ShouldBe(certificate!.Thumbprint);
        else seen.ShouldBe(expected is null ? [] : [expected]);
    }

    [Fact]
    public async Task Http2_ClientShowsACertificate_AppGetsIt()
    {
        await using var router = await StartAsync(ForwardedClientCertMode.SanitizeSet);
        await using var app = RawBackend.Saying("hi");
        await router.RegisterAsync(Host, app.Endpoint);
        using var certificate = _authority.ForClient("CN=alice");
        var handler = TestClients.Handler(router.Ports.Https!);
        handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        using var http = new HttpClient(handler) { DefaultRequestVersion = new(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        http.DefaultRequestHeaders.Add("X-Forwarded-Client-Cert", "forged");

        (await http.GetStringAsync($"https://{Host}/")).ShouldBe("hi");

        var seen = new RawResponse(app.Requests.Single()).All("X-Forwarded-Client-Cert").ShouldHaveSingleItem();
        X509CertificateLoader.LoadCertificate(Convert.FromBase64String(seen)).Thumbprint.ShouldBe(certificate.Thumbprint);
    }

    [Fact]
    public async Task Http_ClientClaimsACertificate_AppLearnsNothing()
    {
        await using var router = await StartAsync(ForwardedClientCertMode.SanitizeSet);
        await using var app = RawBackend.Saying("hi");
        await router.RegisterAsync(Host, app.Endpoint);
        (await router.SendAsync($"GET / HTTP/1.1\r\nHost: {Host}\r\n{Claim}Connection: close\r\n\r\n")).Status.ShouldBe(200);
        app.Requests.Single().ShouldNotContain("X-Forwarded-Client-Cert");
    }

    public void Dispose()
    {
        _authority.Dispose();
        File.Delete(_file);
    }

    private Task<TestRouter> StartAsync(ForwardedClientCertMode mode) =>
        TestRouter.StartAsync(o => o with { ClientCertificates = new ClientCertificates(false, _file), ForwardedClientCert = mode });
}
