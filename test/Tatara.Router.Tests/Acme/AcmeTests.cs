using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tatara.Router.Acme;
using Tatara.Router.Registry;
using Tatara.Router.OwnAnswers;
using Tatara.Router.Tests.Support;
using Tatara.Router.Tests.Tls;

namespace Tatara.Router.Tests.Acme;

/// <summary>Certificates from a real ACME authority (pebble, which refuses nonces now and then), for names that have routes.</summary>
public sealed class AcmeTests : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("tatara-acme-").FullName, "acme");
    private Pebble _pebble = null!;

    public async Task InitializeAsync() => _pebble = await Pebble.StartAsync();

    public async Task DisposeAsync()
    {
        await _pebble.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }

    [Fact]
    public async Task Route_OfAWantedName_GetsACertificateThatSurvivesARestart()
    {
        string first;
        await using (var router = await StartAsync())
        {
            await using var app = RawBackend.Saying("hi");
            await router.RegisterAsync("shop.example.test", app.Endpoint);
            await router.RegisterAsync("shop.example.test/path", app.Endpoint);
            await router.RegisterAsync("unwanted.other.test", app.Endpoint);
            await router.RegisterAsync("*.example.test", app.Endpoint);
            first = await IssuedAsync(router, "shop.example.test");

            (await SubjectAsync(router, "unwanted.other.test")).ShouldBe("CN=*.tatara.test");
            Directory.GetFiles(_folder).Select(Path.GetFileName).ShouldBe(["account.key", "shop.example.test.pem"], ignoreOrder: true);
            foreach (var file in Directory.GetFiles(_folder)) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        await using var again = await StartAsync();
        (await SerialAsync(again, "shop.example.test")).ShouldBe(first);
    }

    [Fact]
    public async Task Certificate_NearsItsEnd_IsOrderedAnew()
    {
        await using var router = await StartAsync(acme => acme with { RenewBefore = TimeSpan.FromDays(36500), CheckInterval = TimeSpan.FromSeconds(0.5) });
        await using var app = RawBackend.Saying("hi");
        await router.RegisterAsync("shop.example.test", app.Endpoint);
        var first = await IssuedAsync(router, "shop.example.test");
        await UntilAsync(async () => await SerialAsync(router, "shop.example.test") != first);
    }

    [Fact]
    public async Task Route_OfAnOperatorsCertificate_OrdersNone()
    {
        var given = Directory.CreateDirectory(_folder + "-given").FullName;
        using (var authority = new TestAuthority())
        using (var certificate = authority.ForServer("*.example.test"))
            File.WriteAllText(Path.Combine(given, "wild.pem"), certificate.ExportCertificatePem() + "\n" + TestAuthority.KeyOf(certificate));
        await using var router = await StartAsync(folder: given);
        await using var app = RawBackend.Saying("hi");
        await router.RegisterAsync("shop.example.test", app.Endpoint);
        await router.RegisterAsync("own.shop.example.test", app.Endpoint);
        await IssuedAsync(router, "own.shop.example.test");
        (await SubjectAsync(router, "shop.example.test")).ShouldBe("CN=*.example.test");
        File.Exists(Path.Combine(_folder, "shop.example.test.pem")).ShouldBeFalse();
    }

    [Fact]
    public async Task Name_TheAuthorityRefuses_IsPutOffAndOthersAreServedUpToTheBound()
    {
        await using var router = await StartAsync(acme => acme with { MaxCertificates = 1 });
        await using var app = RawBackend.Saying("hi");
        await router.RegisterAsync(Pebble.RefusedName, app.Endpoint);
        await router.RegisterAsync("shop.example.test", app.Endpoint);
        await IssuedAsync(router, "shop.example.test");
        await router.RegisterAsync("one-too-many.example.test", app.Endpoint);
        (await router.GetAsync("one-too-many.example.test")).Body.ShouldBe("hi");
        Directory.GetFiles(_folder, "*.pem").Length.ShouldBe(1);
    }

    [Fact]
    public async Task Challenge_NotOurs_IsTheAppsOwn()
    {
        await using var router = await StartAsync();
        await using var app = RawBackend.Saying("the app's proof");
        await router.RegisterAsync("unwanted.other.test", app.Endpoint);
        (await router.GetAsync("unwanted.other.test", "/.well-known/acme-challenge/token")).Body.ShouldBe("the app's proof");
    }

    [Fact]
    public void Wanted_RoutesOfAllKinds_OnlyProvableNamesThatMatchEachOnce()
    {
        RouteKey Key(string uri) => RouteKey.TryParse(uri, out var key) ? key : throw new ArgumentException(uri);
        AcmeNames.Wanted(
            [Key("a.x.test"), Key("a.x.test/path"), Key("*.x.test"), Key("b.x.test"), Key("under_score.x.test"), Key("other.test"), Key("localhost"), RouteKey.OfPort(1024)],
            new NamePatterns(["*.x.test", "*"])).ShouldBe(["a.x.test", "b.x.test", "other.test"]);
    }

    [Fact]
    public void Challenges_Offered_AreAnsweredUntilTaken()
    {
        var challenges = new AcmeChallenges();
        using (challenges.Offer("token", "proof"))
        {
            challenges.Answer("/.well-known/acme-challenge/token"u8).ShouldBe("proof");
            challenges.Answer("/.well-known/acme-challenge/token?x"u8).ShouldBeNull();
            challenges.Answer("/.well-known/acme-challenge/"u8).ShouldBeNull();
        }
        challenges.Answer("/.well-known/acme-challenge/token"u8).ShouldBeNull();
    }

    [Fact]
    public void AccountKey_Rfc7638Thumbprint_IsOfTheKeysFieldsInOrder()
    {
        using var key = AcmeAccountKey.LoadOrCreate(Path.Combine(_folder, "account.key"));
        var json = $$"""{"crv":"P-256","kty":"EC","x":"{{key.Public.X}}","y":"{{key.Public.Y}}"}""";
        key.ProofOf("t").ShouldBe("t." + System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(json))));
        using var again = AcmeAccountKey.LoadOrCreate(Path.Combine(_folder, "account.key"));
        again.Public.ShouldBe(key.Public);
    }

    private Task<TestRouter> StartAsync(Func<AcmeOptions, AcmeOptions>? configure = null, string? folder = null) => TestRouter.StartAsync(o =>
    {
        var acme = new AcmeOptions(_pebble.Address, _folder, ["*.example.test"])
        {
            Contact = "operator@example.test", AuthoritiesFile = _pebble.AuthorityFile, CheckInterval = TimeSpan.FromSeconds(0.2),
        };
        return o with { HttpPort = _pebble.HttpPort, CertificateFolder = folder, Acme = configure?.Invoke(acme) ?? acme };
    });

    /// <summary>Waits for a certificate of the name's own; its serial number.</summary>
    private static async Task<string> IssuedAsync(TestRouter router, string name)
    {
        await UntilAsync(async () => await HasNameAsync(router, name));
        return await SerialAsync(router, name);
    }

    private static async Task<bool> HasNameAsync(TestRouter router, string name)
    {
        await using var tls = await Handshakes.ConnectAsync(router.Ports.Https!, name);
        return ((X509Certificate2)tls.RemoteCertificate!).MatchesHostname(name, allowWildcards: false);
    }

    private static async Task<string> SerialAsync(TestRouter router, string name)
    {
        await using var tls = await Handshakes.ConnectAsync(router.Ports.Https!, name);
        return tls.RemoteCertificate!.GetSerialNumberString();
    }

    private static async Task<string> SubjectAsync(TestRouter router, string name) => await Handshakes.SubjectAsync(router.Ports.Https!, name);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 400; i++)
        {
            if (await condition()) return;
            await Task.Delay(100);
        }
        throw new TimeoutException("The certificate did not come.");
    }
}
