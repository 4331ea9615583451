using System.Net;
using System.Security.Cryptography;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Auth;

public sealed class AuthenticationTests(CloudControllerFixture cc) : IClassFixture<CloudControllerFixture>
{
    private const string AnyPath = "/v3/jobs/unknown";

    [Fact]
    public async Task Request_NoToken_NotAuthenticated() =>
        (await cc.Client(null).GetAsync(AnyPath)).ExpectError(HttpStatusCode.Unauthorized, 10002, "CF-NotAuthenticated", "Authentication error");

    [Theory]
    [InlineData("nonsense")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")]
    public async Task Request_GarbageToken_InvalidAuthToken(string token) =>
        (await cc.Client(token).GetAsync(AnyPath)).ExpectError(HttpStatusCode.Unauthorized, 1000, "CF-InvalidAuthToken", "Invalid Auth Token");

    [Fact]
    public async Task Request_ExpiredToken_InvalidAuthToken() =>
        (await cc.Client(cc.Tokens.Token("u", "u", TimeSpan.FromMinutes(-1), scopes: "cloud_controller.read")).GetAsync(AnyPath))
            .ExpectError(HttpStatusCode.Unauthorized, 1000, "CF-InvalidAuthToken");

    [Fact]
    public async Task Request_OtherAudience_InvalidAuthToken() =>
        (await cc.Client(cc.Tokens.Token("u", "u", TimeSpan.FromMinutes(1), audience: "other", scopes: "cloud_controller.read")).GetAsync(AnyPath))
            .ExpectError(HttpStatusCode.Unauthorized, 1000, "CF-InvalidAuthToken");

    [Fact]
    public async Task Request_OtherIssuer_InvalidAuthToken() =>
        (await cc.Client(cc.Tokens.Token("u", "u", TimeSpan.FromMinutes(1), issuer: "https://evil.test/oauth/token", scopes: "cloud_controller.read")).GetAsync(AnyPath))
            .ExpectError(HttpStatusCode.Unauthorized, 1000, "CF-InvalidAuthToken");

    [Fact]
    public async Task Request_SignedByAnotherKeyOfTheSameName_InvalidAuthToken()
    {
        using var other = RSA.Create(2048);
        (await cc.Client(cc.Tokens.Token("u", "u", TimeSpan.FromMinutes(1), key: other, scopes: "cloud_controller.read")).GetAsync(AnyPath))
            .ExpectError(HttpStatusCode.Unauthorized, 1000, "CF-InvalidAuthToken");
    }

    [Fact]
    public async Task Request_NoScopeForTheApi_NotAuthorized() =>
        (await cc.Client(cc.Tokens.Token("u", "u", "openid")).GetAsync(AnyPath)).ExpectError(HttpStatusCode.Forbidden, 10003, "CF-NotAuthorized");

    [Fact]
    public async Task Request_KnownJobPathButNoJob_ResourceNotFound() =>
        (await cc.Admin.GetAsync(AnyPath)).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Job not found");

    [Fact]
    public async Task Request_UnknownPath_NotFound() =>
        (await cc.Admin.GetAsync("/v3/nothing/here")).ExpectError(HttpStatusCode.NotFound, 10000, "CF-NotFound", "Unknown request");

    [Fact]
    public async Task Request_KnownPathUnknownMethod_NotFound() =>
        (await cc.Admin.DeleteAsync(AnyPath)).ExpectError(HttpStatusCode.NotFound, 10000, "CF-NotFound", "Unknown request");
}
