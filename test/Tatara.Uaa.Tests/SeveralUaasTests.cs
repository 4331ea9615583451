using System.Net;
using System.Security.Cryptography;
using Tatara.Testing;

namespace Tatara.Uaa.Tests;

/// <summary>Several UAAs on one PostgreSQL, as on several machines: their folders are their own.</summary>
public sealed class SeveralUaasTests : IAsyncLifetime
{
    private RunningUaa _one = null!;
    private RunningUaa _two = null!;

    public async Task InitializeAsync()
    {
        var database = await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync();
        _one = await RunningUaa.StartAsync(o => o with { Database = database });
        _two = await _one.StartBesideAsync();
    }

    public async Task DisposeAsync()
    {
        await _two.DisposeAsync();
        await _one.DisposeAsync();
    }

    [Fact]
    public async Task Token_OfOne_IsGoodAtTheOtherUntilItIsRevokedThere()
    {
        var tokens = await _one.AdminTokensAsync();
        var access = tokens.GetProperty("access_token").GetString()!;
        (await _two.GetAsync("/userinfo", access)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _two.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!)).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await _two.SendJsonAsync(HttpMethod.Delete, "/oauth/token/revoke/" + tokens.GetProperty("jti").GetString(), access, null)).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await _one.GetAsync("/userinfo", access)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Key_BroughtByOne_IsKnownToTheOtherAtOnce()
    {
        var before = await _two.AdminAccessTokenAsync();
        using (var rsa = RSA.Create(2048))
            await File.WriteAllTextAsync(Path.Combine(_one.Options.DataDirectory, "signing-keys", "key-2.pem"), rsa.ExportPkcs8PrivateKeyPem());
        await _one.RestartAsync();

        var after = await _one.AdminAccessTokenAsync();

        (await _two.GetAsync("/userinfo", after)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _one.GetAsync("/userinfo", before)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await (await _two.GetAsync("/token_keys")).Content.ReadAsStringAsync()).ShouldContain("key-2");
    }

    [Fact]
    public async Task Start_ManyAtOnceOnAnEmptyDatabase_AllSignWithOneKey()
    {
        var database = await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync();

        var all = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => RunningUaa.StartAsync(o => o with { Database = database }, withKey: false))));

        var token = await all[0].AdminAccessTokenAsync();
        foreach (var uaa in all)
        {
            (await uaa.GetAsync("/userinfo", token)).StatusCode.ShouldBe(HttpStatusCode.OK);
            Directory.GetFiles(Path.Combine(uaa.Options.DataDirectory, "signing-keys")).ShouldBeEmpty();
            await uaa.DisposeAsync();
        }
    }

    [Fact]
    public async Task Request_ZeroCharacter_IsRefusedAndHarmsNothing()
    {
        var admin = await _one.AdminAccessTokenAsync();

        (await _one.GetAsync("/Users?filter=" + Uri.EscapeDataString("userName eq \"a\0' or 1=1 --\""), admin)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await _one.LogInAsync("a\0b", "x")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        (await _one.GetAsync("/Users", admin)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Request_DatabaseAwayAndBack_IsRefusedAndThenServed()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        var database = await server.CreateDatabaseAsync();
        await using var uaa = await RunningUaa.StartAsync(o => o with { Database = database });
        var token = await uaa.AdminAccessTokenAsync();
        await server.StopAsync();

        (await uaa.GetAsync("/userinfo", token)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await uaa.GetAsync("/token_keys")).StatusCode.ShouldBe(HttpStatusCode.OK, "Cloud Controller checks tokens by it");
        await server.StartAgainAsync();

        for (var tries = 0; (await uaa.GetAsync("/userinfo", token)).StatusCode != HttpStatusCode.OK; tries++)
        {
            tries.ShouldBeLessThan(100);
            await Task.Delay(50);
        }
        (await uaa.LogInAsync("admin", RunningUaa.Password)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
