using System.Security.Cryptography.X509Certificates;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests.Tls;

/// <summary>Certificates come, change and go while the router runs.</summary>
public sealed class CertificateReloadTests : RouterTestBase, IDisposable
{
    private const string Fallback = "CN=*.tatara.test";

    private readonly string _folder = Directory.CreateTempSubdirectory("tatara-certificates-").FullName;
    private readonly TestAuthority _authority = new();

    [Fact]
    public async Task Folder_CertificateAddedChangedAndRemoved_NextHandshakeHasIt()
    {
        (await SubjectAsync("shop.example.test")).ShouldBe(Fallback);

        Put("shop", _authority.ForServer("shop.example.test"));
        await BecomesAsync("shop.example.test", "CN=shop.example.test");
        (await SubjectAsync("SHOP.example.test")).ShouldBe("CN=shop.example.test");
        (await SubjectAsync("other.example.test")).ShouldBe(Fallback);

        Put("shop", _authority.ForServer("new.example.test", "shop.example.test"));
        await BecomesAsync("shop.example.test", "CN=new.example.test");

        File.Delete(Path.Combine(_folder, "shop.crt"));
        await BecomesAsync("shop.example.test", Fallback);
    }

    [Fact]
    public async Task Folder_FileIsBroken_OldOneStaysAndOthersWork()
    {
        Put("shop", _authority.ForServer("shop.example.test"));
        await BecomesAsync("shop.example.test", "CN=shop.example.test");

        File.WriteAllText(Path.Combine(_folder, "shop.crt"), "half a certif");
        File.WriteAllText(Path.Combine(_folder, "never-good.pem"), "nothing");
        using (var other = _authority.ForServer("other.example.test"))
        {
            File.WriteAllText(Path.Combine(_folder, "other.crt"), other.ExportCertificatePem());
            File.WriteAllText(Path.Combine(_folder, "other.key"), TestAuthority.KeyOf(_authority.ForServer("not-its-key.test")));
        }
        Put("last", _authority.ForServer("last.example.test"));
        await BecomesAsync("last.example.test", "CN=last.example.test");

        (await SubjectAsync("shop.example.test")).ShouldBe("CN=shop.example.test");
        (await SubjectAsync("other.example.test")).ShouldBe(Fallback);
        Put("shop", _authority.ForServer("mended.example.test", "shop.example.test"));
        await BecomesAsync("shop.example.test", "CN=mended.example.test");
    }

    [Fact]
    public async Task Folder_KeyAndChainInOneFile_IsServedWithItsChain()
    {
        using var certificate = _authority.ForServer("one.example.test");
        File.WriteAllText(Path.Combine(_folder, "one.pem"), certificate.ExportCertificatePem() + "\n" + _authority.Pem + "\n" + TestAuthority.KeyOf(certificate));
        await BecomesAsync("one.example.test", "CN=one.example.test");
    }

    [Fact]
    public async Task Find_ExactBeforeWildcard_WildcardForOneLabelOnly()
    {
        Put("wild", _authority.ForServer("*.example.test"));
        Put("exact", _authority.ForServer("a.example.test"));
        await BecomesAsync("b.example.test", "CN=*.example.test");
        await BecomesAsync("a.example.test", "CN=a.example.test");
        (await SubjectAsync("example.test")).ShouldBe(Fallback);
        (await SubjectAsync("a.b.example.test")).ShouldBe(Fallback);
    }

    [Fact]
    public async Task Find_TwoForOneName_TheValidOneWins()
    {
        Put("expired", _authority.Sign("CN=expired", "1.3.6.1.5.5.7.3.1", TimeSpan.FromHours(-1), "twice.example.test"));
        await BecomesAsync("twice.example.test", "CN=expired");
        Put("valid", _authority.ForServer("twice.example.test"));
        await BecomesAsync("twice.example.test", "CN=twice.example.test");
    }

    [Fact]
    public async Task OpenConnection_CertificateChanges_GoesOn()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync("shop.example.test", app.Endpoint);
        Put("shop", _authority.ForServer("shop.example.test"));
        await BecomesAsync("shop.example.test", "CN=shop.example.test");
        await using var open = await Handshakes.ConnectAsync(Router.Ports.Https!, "shop.example.test");
        await AskAsync(open);
        Put("shop", _authority.ForServer("new.example.test", "shop.example.test"));
        await BecomesAsync("shop.example.test", "CN=new.example.test");
        await AskAsync(open);
    }

    protected override RouterOptions Configure(RouterOptions options) => options with { CertificateFolder = _folder };

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task AskAsync(System.Net.Security.SslStream stream)
    {
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: shop.example.test\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream, leaveOpen: true);
        (await reader.ReadLineAsync()).ShouldBe("HTTP/1.1 200 OK");
        var buffer = new char[1024];
        while (!new string(buffer).Contains("hi", StringComparison.Ordinal)) await reader.ReadAsync(buffer);
    }

    private void Put(string name, X509Certificate2 certificate)
    {
        using (certificate)
        {
            File.WriteAllText(Path.Combine(_folder, name + ".key"), TestAuthority.KeyOf(certificate));
            File.WriteAllText(Path.Combine(_folder, name + ".crt"), certificate.ExportCertificatePem() + "\n" + _authority.Pem);
        }
    }

    private Task<string> SubjectAsync(string name) => Handshakes.SubjectAsync(Router.Ports.Https!, name);

    private async Task BecomesAsync(string name, string subject)
    {
        for (var i = 0; i < 400 && await SubjectAsync(name) != subject; i++) await Task.Delay(50);
        (await SubjectAsync(name)).ShouldBe(subject);
    }
}
