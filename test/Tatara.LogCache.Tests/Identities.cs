using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tatara.MessageBus;
using Tatara.Uaa;

namespace Tatara.LogCache.Tests;

/// <summary>A real UAA with users, and a stand-in for the one question that Cloud Controller is asked. Shared by the tests of a class.</summary>
public sealed class Identities : IAsyncLifetime
{
    public const string Domain = "tatara.localhost";

    private const string Password = "secret";

    private readonly string _directory = Directory.CreateTempSubdirectory("log-cache-uaa-").FullName;
    private readonly HttpClient _http = new();
    private IHost? _uaa;
    private WebApplication? _cloudController;

    public Uri UaaUrl { get; private set; } = null!;

    public Uri CloudControllerUrl { get; private set; } = null!;

    public string AdminToken { get; private set; } = "";

    /// <summary>A user without any scope of an administrator.</summary>
    public string UserToken { get; private set; } = "";

    public string RefreshToken { get; private set; } = "";

    /// <summary>What the user sees; true, false, or null for a Cloud Controller that fails.</summary>
    internal ConcurrentDictionary<string, bool?> Apps { get; } = new();

    internal ConcurrentQueue<string> Questions { get; } = new();

    public async Task InitializeAsync()
    {
        _uaa = UaaHost.Build(new UaaOptions
        {
            Bus = new NatsOptions { Servers = ["127.0.0.1:1"] },
            Domain = Domain,
            DataDirectory = _directory,
            AdminPassword = Password,
            Clients = [new OAuthClient { Id = "firehose", Secret = Password, GrantTypes = ["client_credentials"], Authorities = ["doppler.firehose"] }],
        }, _ => { });
        await _uaa.StartAsync();
        UaaUrl = AddressOf(_uaa.Services);
        await StartCloudControllerAsync();
        AdminToken = (await TokensAsync("admin")).GetProperty("access_token").GetString()!;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(UaaUrl, "/Users"));
        request.Headers.Authorization = new AuthenticationHeaderValue("bearer", AdminToken);
        request.Content = JsonContent.Create(new { userName = "maria", password = Password });
        (await _http.SendAsync(request)).EnsureSuccessStatusCode();
        var tokens = await TokensAsync("maria");
        (UserToken, RefreshToken) = (tokens.GetProperty("access_token").GetString()!, tokens.GetProperty("refresh_token").GetString()!);
    }

    public async Task<string> ClientTokenAsync() =>
        (await PostAsync("firehose", Password, ("grant_type", "client_credentials"))).GetProperty("access_token").GetString()!;

    public async Task DisposeAsync()
    {
        await _uaa!.StopAsync();
        await ((IAsyncDisposable)_uaa).DisposeAsync();
        await _cloudController!.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private Task<JsonElement> TokensAsync(string user) => PostAsync("cf", "", ("grant_type", "password"), ("username", user), ("password", Password));

    private async Task<JsonElement> PostAsync(string client, string secret, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(UaaUrl, "/oauth/token"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{client}:{secret}")));
        request.Content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        using var response = await _http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    private async Task StartCloudControllerAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        _cloudController = builder.Build();
        _cloudController.Run(context =>
        {
            var id = context.Request.Path.Value!.Split('/')[^1];
            Questions.Enqueue($"{context.Request.Path} {context.Request.Headers.Authorization}");
            context.Response.StatusCode = Apps.TryGetValue(id, out var sees) ? sees switch { true => 200, false => 404, null => 500 } : 404;
            return Task.CompletedTask;
        });
        await _cloudController.StartAsync();
        CloudControllerUrl = AddressOf(_cloudController.Services);
    }

    private static Uri AddressOf(IServiceProvider services) =>
        new(services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
}
