using System.Net;
using System.Text;
using static Tatara.Uaa.Tests.RunningUaa;

namespace Tatara.Uaa.Tests;

public sealed class TokenRefusalTests(SharedUaa shared) : IClassFixture<SharedUaa>
{
    [Theory]
    [InlineData("cf", "", "grant_type=password&username=admin&password=wrong", 401, "unauthorized", "Bad credentials")]
    [InlineData("cf", "", "grant_type=password&username=nobody&password=wrong", 401, "unauthorized", "Bad credentials")]
    [InlineData("cf", "", "grant_type=password&username=admin", 401, "unauthorized", "Request is missing username or password.")]
    [InlineData("cf", "", "grant_type=password&username=a&username=b&password=x", 401, "unauthorized", "Request is missing username or password.")]
    [InlineData("cf", "guess", "grant_type=password&username=admin&password=correct horse", 401, "invalid_client", "Bad credentials")]
    [InlineData("nobody", "", "grant_type=password&username=admin&password=correct horse", 401, "invalid_client", "Bad credentials")]
    [InlineData("cf", "", "grant_type=client_credentials", 401, "invalid_client", "Unauthorized grant type: client_credentials")]
    [InlineData("cf", "", "grant_type=password&client_id=worker&username=admin&password=x", 401, "invalid_client", "Given client ID does not match authenticated client")]
    [InlineData("cf", "", "grant_type=magic", 400, "unsupported_grant_type", "Unsupported grant type")]
    [InlineData("cf", "", "", 400, "invalid_request", "Missing grant type")]
    [InlineData("cf", "", "grant_type=refresh_token", 400, "invalid_request", "refresh_token parameter not provided")]
    [InlineData("cf", "", "grant_type=refresh_token&refresh_token=nonsense", 401, "invalid_token", "Invalid token (could not decode)")]
    [InlineData("cf", "", "grant_type=password&username=admin&password=correct horse&scope=root", 400, "invalid_scope", "root is invalid. Please use a valid scope name in the request")]
    [InlineData("cf", "", "grant_type=password&username=admin&password=correct horse&scope=network.write", 400, "invalid_scope", "[network.write] is invalid. This user is not allowed any of the requested scopes")]
    [InlineData("worker", "worker secret", "grant_type=client_credentials&scope=cloud_controller.admin", 400, "invalid_scope", "cloud_controller.admin is invalid. Please use a valid scope name in the request")]
    public async Task PostToken_Refused_SaysWhyAsUaaDoes(string client, string secret, string form, int status, string error, string description)
    {
        var uaa = shared.Uaa;

        var response = await uaa.SendAsync(HttpMethod.Post, "/oauth/token", Basic(client, secret),
            new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded"));

        ((int)response.StatusCode).ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var body = await JsonAsync(response);
        body.GetProperty("error").GetString().ShouldBe(error);
        body.GetProperty("error_description").GetString().ShouldBe(description);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic")]
    [InlineData("Basic !!!")]
    [InlineData("Basic bm9jb2xvbg==")]
    [InlineData("Bearer x")]
    public async Task PostToken_NoClient_IsUnauthorized(string? authorization)
    {
        var uaa = shared.Uaa;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token");
        request.Content = new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "password")]);
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);

        var response = await uaa.Http.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await JsonAsync(response)).GetProperty("error").GetString().ShouldBe("invalid_client");
    }
}
