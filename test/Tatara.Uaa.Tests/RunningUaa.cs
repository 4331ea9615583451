using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tatara.MessageBus;
using Tatara.Testing;

namespace Tatara.Uaa.Tests;

/// <summary>A real UAA on a free port, with a directory of its own that outlives restarts within a test.</summary>
internal sealed class RunningUaa : IAsyncDisposable
{
    public const string Password = "correct horse";

    /// <summary>Making a key takes longer than most tests, so all but those about keys find one.</summary>
    private static readonly Lazy<string> Key = new(() =>
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    });

    private IHost? _host;

    private RunningUaa(UaaOptions options) => Options = options;

    public UaaOptions Options { get; private set; }

    public HttpClient Http { get; private set; } = new();

    public ShiftedTime Time { get; } = new();

    public static async Task<RunningUaa> StartAsync(Func<UaaOptions, UaaOptions>? change = null, bool withKey = true)
    {
        var options = new UaaOptions
        {
            Bus = new NatsOptions { Servers = ["127.0.0.1:1"] },
            Domain = "tatara.localhost",
            DataDirectory = Directory.CreateTempSubdirectory("uaa-test-").FullName,
            Database = await TestDatabase.CreateAsync(),
            AdminPassword = Password,
            Clients =
            [
                new OAuthClient { Id = "worker", Secret = "worker secret", GrantTypes = ["client_credentials"], Authorities = ["doppler.firehose", "uaa.resource"] },
                new OAuthClient { Id = "other", Secret = "", GrantTypes = ["password", "refresh_token"], Scopes = ["openid"] },
            ],
        };
        var uaa = new RunningUaa(change?.Invoke(options) ?? options);
        if (withKey)
        {
            var keys = Directory.CreateDirectory(Path.Combine(options.DataDirectory, "signing-keys"));
            await File.WriteAllTextAsync(Path.Combine(keys.FullName, "key-1.pem"), Key.Value);
        }
        await uaa.StartHostAsync();
        return uaa;
    }

    /// <summary>A further UAA on the same database, with a folder of its own.</summary>
    public Task<RunningUaa> StartBesideAsync() => StartAsync(o => o with { Database = Options.Database }, withKey: false);

    public async Task RestartAsync(Func<UaaOptions, UaaOptions>? change = null)
    {
        await StopHostAsync();
        Options = change?.Invoke(Options) ?? Options;
        await StartHostAsync();
    }

    public Task<HttpResponseMessage> PostTokenAsync(string client, string secret, string query, params (string Name, string Value)[] form) =>
        SendAsync(HttpMethod.Post, "/oauth/token" + query, Basic(client, secret), new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    public Task<HttpResponseMessage> LogInAsync(string userName, string password) =>
        PostTokenAsync("cf", "", "", ("grant_type", "password"), ("username", userName), ("password", password));

    public async Task<JsonElement> AdminTokensAsync() => await JsonAsync(await LogInAsync("admin", Password));

    public async Task<string> AdminAccessTokenAsync() => (await AdminTokensAsync()).GetProperty("access_token").GetString()!;

    public Task<HttpResponseMessage> RefreshAsync(string refreshToken, string client = "cf") =>
        PostTokenAsync(client, "", "", ("grant_type", "refresh_token"), ("refresh_token", refreshToken));

    public Task<HttpResponseMessage> GetAsync(string path, string? token = null) =>
        SendAsync(HttpMethod.Get, path, token is null ? null : new AuthenticationHeaderValue("bearer", token));

    public Task<HttpResponseMessage> SendJsonAsync(HttpMethod method, string path, string? token, object? body, string? ifMatch = null) =>
        SendAsync(method, path, token is null ? null : new AuthenticationHeaderValue("bearer", token), body is null ? null : JsonContent.Create(body), ifMatch);

    public async Task<JsonElement> CreateUserAsync(string admin, string userName, string password)
    {
        var response = await SendJsonAsync(HttpMethod.Post, "/Users", admin, new
        {
            userName,
            password,
            origin = "",
            name = new { familyName = userName, givenName = userName },
            emails = new[] { new { value = userName, primary = true } },
        });
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return await JsonAsync(response);
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement;

    public static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, AuthenticationHeaderValue? authorization, HttpContent? content = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = authorization;
        request.Headers.Accept.ParseAdd("application/json");
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await Http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        await StopHostAsync();
        Directory.Delete(Options.DataDirectory, recursive: true);
    }

    private async Task StartHostAsync()
    {
        _host = UaaHost.Build(Options, _ => { }, Time);
        await _host.StartAsync();
        var address = _host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Http = new HttpClient { BaseAddress = new Uri(address) };
    }

    private async Task StopHostAsync()
    {
        Http.Dispose();
        if (_host is null) return;
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        _host = null;
    }
}

/// <summary>The real clock, but somewhere else in time.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
}
