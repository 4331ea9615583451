using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Tatara.Cli.Api.Records;
using Tatara.Cli.Configuration;

namespace Tatara.Cli.Api;

/// <summary>Logs users and clients in at the UAA.</summary>
internal sealed class UaaClient(Transport transport, CfConfig config)
{
    private const string Locked = "Your account has been locked because of too many failed attempts to login.";

    public async Task<LoginPrompts> GetPromptsAsync(CancellationToken stop)
    {
        var response = await transport.SendAsync(new ApiRequest(HttpMethod.Get, Endpoint(config.AuthorizationEndpoint, "/login")), stop);
        return Read(response, CliJson.Default.LoginPrompts);
    }

    /// <param name="credentials">username and password, or client_id and client_secret, with what else was prompted for.</param>
    public Task<TokenResponse> LogInAsync(string grantType, IReadOnlyDictionary<string, string> credentials, string? origin, CancellationToken stop)
    {
        var hint = string.IsNullOrEmpty(origin)
            ? ""
            : "?login_hint=" + Uri.EscapeDataString(new JsonObject { ["origin"] = origin }.ToJsonString());
        return TokenAsync(hint, [.. credentials, new("grant_type", grantType)], basic: grantType == "password", stop);
    }

    /// <exception cref="CfException">The refresh token is no longer good.</exception>
    public async Task<TokenResponse> RefreshAsync(string refreshToken, CancellationToken stop)
    {
        var byClient = config.GrantType == "client_credentials";
        IEnumerable<KeyValuePair<string, string>> form = byClient
            ? [new("grant_type", "client_credentials"), new("client_id", config.Client), new("client_secret", config.ClientSecret)]
            : [new("grant_type", "refresh_token"), new("refresh_token", refreshToken)];
        try
        {
            return await TokenAsync("", form, basic: !byClient, stop);
        }
        catch (UaaException error) when (error.Status is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest)
        {
            throw new CfException(
                "The token expired, was revoked, or the token ID is incorrect. Please log back in to re-authenticate.", error);
        }
    }

    private async Task<TokenResponse> TokenAsync(string query, IEnumerable<KeyValuePair<string, string>> form, bool basic, CancellationToken stop)
    {
        var body = string.Join('&', form.Select(field => $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}"));
        var request = ApiRequest.WithText(
            HttpMethod.Post, Endpoint(config.AuthorizationEndpoint, "/oauth/token" + query), body, "application/x-www-form-urlencoded");
        if (basic) request = request with { Headers = [("Authorization", Basic())] };
        return Read(await transport.SendAsync(request, stop), CliJson.Default.TokenResponse);
    }

    private string Basic() =>
        new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{config.Client}:{config.ClientSecret}"))).ToString();

    private static T Read<T>(ApiResponse response, JsonTypeInfo<T> type)
    {
        if (!response.IsSuccess) throw Refusal(response);
        return ServerJson.Read(response.Body, type);
    }

    private static UaaException Refusal(ApiResponse response)
    {
        var error = ServerJson.TryRead(response.Body, CliJson.Default.UaaError);
        var text = error?.Description ?? $"The UAA answered {(int)response.Status} {response.Reason}";
        if (response.Status == HttpStatusCode.Unauthorized && error?.Description == "Bad credentials") text = "Credentials were rejected, please try again.";
        return new UaaException(text, response.Status, isLocked: text == Locked);
    }

    private static Uri Endpoint(string address, string path) =>
        Uri.TryCreate(address.TrimEnd('/') + path, UriKind.Absolute, out var uri)
            ? uri
            : throw new CfException("No Authorization Endpoint Found");
}

/// <summary>A refusal by the UAA.</summary>
internal sealed class UaaException(string message, HttpStatusCode status, bool isLocked) : CfException(message)
{
    public HttpStatusCode Status => status;

    public bool IsLocked => isLocked;
}
