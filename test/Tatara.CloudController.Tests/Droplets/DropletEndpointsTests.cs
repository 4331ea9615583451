using System.Net;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Tests.Deas;
using Tatara.CloudController.Tests.Packages;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Droplets;

public sealed class DropletEndpointsTests(CloudControllerFixture cc) : IClassFixture<CloudControllerFixture>
{
    private readonly Seed _seed = new(cc);

    [Fact]
    public async Task Create_AndUpload_IsStaged()
    {
        var app = await _seed.AppAsync();
        var droplet = await cc.Admin.CreateAsync("/v3/droplets", Of(app, new { web = "run" }));
        ((string?)droplet["state"]).ShouldBe("AWAITING_UPLOAD");
        var guid = (string)droplet["guid"]!;

        var job = await cc.Admin.WaitForJobAsync(await cc.Admin.UploadToAsync($"/v3/droplets/{guid}/upload", FakeDea.DropletBits, "droplet.tgz"));

        ((string?)job["state"]).ShouldBe("COMPLETE");
        var staged = (await cc.Admin.GetAsync($"/v3/droplets/{guid}")).Expect(HttpStatusCode.OK);
        ((string?)staged["state"]).ShouldBe("STAGED");
        ((string?)staged["checksum"]!["value"]).ShouldBe(Convert.ToHexStringLower(SHA256.HashData(FakeDea.DropletBits)));
        (await cc.Admin.UploadToAsync($"/v3/droplets/{guid}/upload", FakeDea.DropletBits, "droplet.tgz")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await cc.Admin.GetAsync($"/v3/droplets/{guid}/download")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("droplet.zip", 10, "droplet.zip is not a tgz")]
    [InlineData("droplet.tgz", 0, "droplet.tgz cannot be empty")]
    public async Task Upload_WrongFile_IsRefused(string name, int size, string why)
    {
        var app = await _seed.AppAsync();
        var guid = (string)(await cc.Admin.CreateAsync("/v3/droplets", Of(app, new { web = "run" })))["guid"]!;

        (await cc.Admin.UploadToAsync($"/v3/droplets/{guid}/upload", new byte[size], name)).ExpectError(
            HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Uploaded droplet file is invalid: " + why);
    }

    [Fact]
    public async Task GetCurrent_App_ShowsItsDroplet()
    {
        var app = await _seed.AppAsync(staged: true);
        var empty = await _seed.AppAsync();
        await _seed.DeveloperAsync(app, "developer");

        var droplet = (await cc.User("developer").GetAsync($"/v3/apps/{app.Guid}/droplets/current")).Expect(HttpStatusCode.OK);

        ((string?)droplet["process_types"]!["web"]).ShouldBe("run-web");
        (await cc.Admin.GetAsync($"/v3/apps/{empty.Guid}/droplets/current")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Droplet not found");
        (await cc.User("stranger").GetAsync($"/v3/apps/{app.Guid}/droplets/current")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await cc.Admin.GetAsync($"/v3/apps/{app.Guid}/droplets?current=true")).Expect(HttpStatusCode.OK)["resources"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Delete_Current_IsRefused()
    {
        var app = await _seed.AppAsync(staged: true);
        var guid = await _seed.ReadAsync(db => db.Apps.Where(a => a.Guid == app.Guid).Select(a => a.CurrentDropletGuid).SingleAsync());

        (await cc.Admin.DeleteAsync($"/v3/droplets/{guid}")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        await _seed.ChangeAsync(async db => (await db.Apps.SingleAsync(a => a.Guid == app.Guid)).CurrentDropletGuid = null);
        await cc.Admin.WaitForJobAsync(await cc.Admin.DeleteAsync($"/v3/droplets/{guid}"));
        (await cc.Admin.GetAsync($"/v3/droplets/{guid}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task InternalUpload_WrongHash_IsRefused()
    {
        var app = await _seed.AppAsync();
        var build = new Build { AppGuid = app.Guid, PackageGuid = "package", DeaId = "dea", StartedAt = DateTimeOffset.UtcNow };
        await _seed.ChangeAsync(db =>
        {
            db.Builds.Add(build);
            return Task.CompletedTask;
        });
        var url = cc.Services.GetRequiredService<BlobUrls>().DropletUpload(build.Guid);

        (await FakeDea.UploadAsync(url, FakeDea.DropletBits[..100], FakeDea.DropletSha1)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await _seed.ReadAsync(db => db.Droplets.CountAsync(d => d.BuildGuid == build.Guid))).ShouldBe(0);
        (await FakeDea.UploadAsync(url, FakeDea.DropletBits, FakeDea.DropletSha1)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await FakeDea.UploadAsync(url.Replace("signature=", "signature=0", StringComparison.Ordinal), FakeDea.DropletBits, FakeDea.DropletSha1))
            .StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task InternalCache_UploadAndDownload_GivesTheSameBits()
    {
        var app = await _seed.AppAsync();
        var urls = cc.Services.GetRequiredService<BlobUrls>();
        using var http = new HttpClient();

        (await http.GetAsync(urls.CacheDownload(app.Guid, "bookworm"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await FakeDea.UploadAsync(urls.CacheUpload(app.Guid, "bookworm"), FakeDea.DropletBits, FakeDea.DropletSha1)).StatusCode.ShouldBe(HttpStatusCode.Created);

        (await http.GetByteArrayAsync(urls.CacheDownload(app.Guid, "bookworm"))).ShouldBe(FakeDea.DropletBits);
    }

    private static object Of(SeededApp app, object types) => new { relationships = new { app = new { data = new { guid = app.Guid } } }, process_types = types };
}
