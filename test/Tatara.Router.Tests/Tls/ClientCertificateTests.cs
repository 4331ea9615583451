using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Tatara.Router.Tests.Support;
using Tatara.Router.Tls;

namespace Tatara.Router.Tests.Tls;

public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new();
    private readonly string _file = Path.GetTempFileName();

    public ClientCertificateTests() => File.WriteAllText(_file, _authority.Pem);

    [Theory]
    [InlineData(false, "none", true)]
    [InlineData(false, "ours", true)]
    [InlineData(false, "a stranger's", false)]
    [InlineData(false, "a server's", false)]
    [InlineData(true, "none", false)]
    [InlineData(true, "ours", true)]
    [InlineData(true, "a stranger's", false)]
    public async Task Handshake_ClientShowsACertificate_IsLetInOnlyWithOneOfTheAuthorities(bool isRequired, string shown, bool isLetIn)
    {
        await using var router = await TestRouter.StartAsync(o => o with { ClientCertificates = new ClientCertificates(isRequired, _file) });
        using var certificate = shown switch
        {
            "ours" => _authority.ForClient("CN=alice"),
            "a stranger's" => _stranger.ForClient("CN=alice"),
            "a server's" => _authority.ForServer("alice.test"),
            _ => null,
        };
        var letIn = true;
        try
        {
            await using var tls = await Handshakes.ConnectAsync(router.Ports.Https!, "x.tatara.test", certificate);
            await tls.WriteAsync("GET / HTTP/1.1\r\nHost: x.tatara.test\r\n\r\n"u8.ToArray());
            letIn = await tls.ReadAsync(new byte[16]) > 0;
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            letIn = false; // With TLS 1.3 the client learns it by its first read.
        }
        letIn.ShouldBe(isLetIn);
    }

    [Theory]
    [InlineData(false, "none", true)]
    [InlineData(false, "ours", true)]
    [InlineData(false, "a stranger's", false)]
    [InlineData(false, "a server's", false)]
    [InlineData(true, "none", false)]
    [InlineData(true, "ours", true)]
    public void Accepts_WithoutSslStream_DecidesAlike(bool isRequired, string shown, bool isLetIn)
    {
        var options = new System.Net.Security.SslServerAuthenticationOptions();
        ClientCertificates.Accepts(options, null, []).ShouldBeTrue();
        new ClientCertificates(isRequired, _file).Prepare()(options);
        using var certificate = shown switch
        {
            "ours" => _authority.ForClient("CN=alice"),
            "a stranger's" => _stranger.ForClient("CN=alice"),
            "a server's" => _authority.ForServer("alice.test"),
            _ => null,
        };
        for (var i = 0; i < 2; i++) ClientCertificates.Accepts(options, certificate, []).ShouldBe(isLetIn);
    }

    [Fact]
    public void Prepare_NoAuthorities_SaysSo()
    {
        File.WriteAllText(_file, "");
        Should.Throw<ArgumentException>(() => new ClientCertificates(true, _file).Prepare()).Message.ShouldContain(_file);
    }

    [Theory]
    // mode, TLS, shows a certificate, back from a route service: passes the client's field on, sets its own
    [InlineData(ForwardedClientCertMode.AlwaysForward, false, false, false, true, false)]
    [InlineData(ForwardedClientCertMode.AlwaysForward, true, true, false, true, false)]
    [InlineData(ForwardedClientCertMode.AlwaysForward, true, false, true, true, false)]
    [InlineData(ForwardedClientCertMode.Forward, false, false, false, false, false)]
    [InlineData(ForwardedClientCertMode.Forward, true, false, false, false, false)]
    [InlineData(ForwardedClientCertMode.Forward, true, true, false, true, false)]
    [InlineData(ForwardedClientCertMode.Forward, true, true, true, false, false)]
    [InlineData(ForwardedClientCertMode.SanitizeSet, false, false, false, false, false)]
    [InlineData(ForwardedClientCertMode.SanitizeSet, true, false, false, false, false)]
    [InlineData(ForwardedClientCertMode.SanitizeSet, true, true, false, false, true)]
    [InlineData(ForwardedClientCertMode.SanitizeSet, true, true, true, true, false)]
    [InlineData(ForwardedClientCertMode.SanitizeSet, false, false, true, false, false)]
    public void Decide_AsGorouterDoes(ForwardedClientCertMode mode, bool isTls, bool shows, bool fromRouteService, bool passes, bool sets)
    {
        ForwardedClientCert.Decide(mode, shows, isTls, fromRouteService).ShouldBe(new(passes, sets));
    }

    [Fact]
    public void ValueOf_IsPemInOneLineWithoutArmour()
    {
        using var client = _authority.ForClient("CN=alice");
        var value = System.Text.Encoding.ASCII.GetString(ForwardedClientCert.ValueOf(client.RawData));
        value.ShouldBe(client.ExportCertificatePem().Replace("-----BEGIN CERTIFICATE-----", "").Replace("-----END CERTIFICATE-----", "").Replace("\n", ""));
        X509CertificateLoader.LoadCertificate(Convert.FromBase64String(value)).Subject.ShouldBe("CN=alice");
    }

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        File.Delete(_file);
    }
}
