using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.BuildpackCaches;

public sealed class BuildpackCacheTests : IAsyncLifetime
{
    private static readonly HttpClient s_http = new();
    private readonly CloudControllerFixture _cc = new();
    private readonly Seed _seed;

    public BuildpackCacheTests() => _seed = new Seed(_cc);

    public Task InitializeAsync() => _cc.InitializeAsync();

    public Task DisposeAsync() => _cc.DisposeAsync();

    [Fact]
    public async Task Cache_OfEachAppAndStack_IsItsOwn()
    {
        var (one, other) = (await _seed.AppAsync(), await _seed.AppAsync());
        await BringAsync(one.Guid, "bookworm", "1");
        await BringAsync(one.Guid, "book.worm", "2");
        await BringAsync(one.Guid, "book_worm", "3");
        await BringAsync(other.Guid, "bookworm", "4");

        (await FetchAsync(one.Guid, "bookworm")).ShouldBe("1");
        (await FetchAsync(one.Guid, "book.worm")).ShouldBe("2");
        (await FetchAsync(one.Guid, "book_worm")).ShouldBe("3");
        (await FetchAsync(other.Guid, "bookworm")).ShouldBe("4");
        (await FetchAsync(other.Guid, "book.worm")).ShouldBeNull();
    }

    [Fact]
    public async Task Post_CutOffOrChanged_LeavesTheOldOne()
    {
        var app = await _seed.AppAsync();
        await BringAsync(app.Guid, "bookworm", "whole");

        (await PostAsync(app.Guid, "bookworm", "who", sha1Of: "whole")).ShouldBe(HttpStatusCode.BadRequest);

        (await FetchAsync(app.Guid, "bookworm")).ShouldBe("whole");
    }

    [Fact]
    public async Task Clear_OneApp_KeepsTheOthers()
    {
        var (one, other) = (await _seed.AppAsync(), await _seed.AppAsync());
        await BringAsync(one.Guid, "bookworm", "1");
        await BringAsync(other.Guid, "bookworm", "2");

        await _cc.Admin.WaitForJobAsync(await _cc.Admin.PostAsync($"/v3/apps/{one.Guid}/actions/clear_buildpack_cache"));

        (await FetchAsync(one.Guid, "bookworm")).ShouldBeNull();
        (await FetchAsync(other.Guid, "bookworm")).ShouldBe("2");
    }

    [Fact]
    public async Task Clear_All_IsForAdministrators()
    {
        var app = await _seed.AppAsync();
        await BringAsync(app.Guid, "bookworm", "1");
        (await _cc.User("somebody").PostAsync("/v3/admin/actions/clear_buildpack_cache")).Status.ShouldBe(HttpStatusCode.Forbidden);

        await _cc.Admin.WaitForJobAsync(await _cc.Admin.PostAsync("/v3/admin/actions/clear_buildpack_cache"));

        (await FetchAsync(app.Guid, "bookworm")).ShouldBeNull();
    }

    [Fact]
    public async Task Clear_StrangersApp_IsNotFound() =>
        (await _cc.User("stranger").PostAsync($"/v3/apps/{(await _seed.AppAsync()).Guid}/actions/clear_buildpack_cache")).Status.ShouldBe(HttpStatusCode.NotFound);

    private BlobUrls Urls => _cc.Services.GetRequiredService<BlobUrls>();

    private async Task BringAsync(string app, string stack, string text) => (await PostAsync(app, stack, text, text)).ShouldBe(HttpStatusCode.Created);

    private async Task<HttpStatusCode> PostAsync(string app, string stack, string text, string sha1Of)
    {
        using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(text));
        content.Headers.Add("X-Tatara-Sha1", Convert.ToHexStringLower(SHA1.HashData(System.Text.Encoding.UTF8.GetBytes(sha1Of))));
        using var response = await s_http.PostAsync(Urls.CacheUpload(app, stack), content);
        return response.StatusCode;
    }

    private async Task<string?> FetchAsync(string app, string stack)
    {
        using var response = await s_http.GetAsync(Urls.CacheDownload(app, stack));
        return response.StatusCode == HttpStatusCode.NotFound ? null : await response.Content.ReadAsStringAsync();
    }
}
