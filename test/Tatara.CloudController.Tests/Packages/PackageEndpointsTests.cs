using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Hosting;
using Tatara.CloudController.Packages;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Packages;

public sealed class PackageEndpointsTests(PackageEndpointsTests.Fixture fixture) : IClassFixture<PackageEndpointsTests.Fixture>
{
    private readonly CloudControllerFixture _cc = fixture.Cc;
    private readonly Seed _seed = new(fixture.Cc);

    [Fact]
    public async Task Create_Bits_AwaitsUpload()
    {
        var app = await _seed.AppAsync();

        var package = await _cc.Admin.CreateAsync("/v3/packages", PackageClient.Of(app.Guid));

        ((string?)package["state"]).ShouldBe("AWAITING_UPLOAD");
        ((string?)package["type"]).ShouldBe("bits");
        package["data"]!["error"].ShouldBeNull();
        ((string?)package["data"]!["checksum"]!["type"]).ShouldBe("sha256");
        ((string?)package["relationships"]!["app"]!["data"]!["guid"]).ShouldBe(app.Guid);
        ((string?)package["links"]!["upload"]!["method"]).ShouldBe("POST");
    }

    [Fact]
    public async Task Create_UnknownApp_IsRefused() =>
        (await _cc.Admin.PostAsync("/v3/packages", PackageClient.Of("nobody"))).ExpectError(
            HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "App is invalid. Ensure it exists and you have access to it.");

    [Fact]
    public async Task Create_Strangers_AreNotTold()
    {
        var app = await _seed.AppAsync();

        (await _cc.User("stranger").PostAsync("/v3/packages", PackageClient.Of(app.Guid))).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Theory]
    [InlineData("""{"relationships":{"app":{"data":{"guid":"x"}}}}""")]
    [InlineData("""{"type":"tar","relationships":{"app":{"data":{"guid":"x"}}}}""")]
    [InlineData("""{"type":"bits"}""")]
    [InlineData("""{"type":"bits","relationships":{"app":"x"}}""")]
    [InlineData("""{"type":"bits","relationships":{"app":{"data":{"guid":"x"}}},"unknown":1}""")]
    public async Task Create_WrongShape_IsRefused(string body) =>
        (await _cc.Admin.PostAsync("/v3/packages", body)).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);

    [Fact]
    public async Task Upload_GoodBits_AreReadyInTheAnswer()
    {
        var app = await _seed.AppAsync();
        await _seed.DeveloperAsync(app, "dora");
        var client = _cc.User("dora");
        var bits = new ZipBuilder().File("index.html", "hello").Build().ToArray();
        var guid = (string)(await client.CreateAsync("/v3/packages", PackageClient.Of(app.Guid)))["guid"]!;

        var answer = (await client.UploadAsync(guid, bits)).Expect(HttpStatusCode.OK);

        ((string?)answer["state"]).ShouldBe("READY");
        ((string?)answer["data"]!["checksum"]!["value"]).ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bits)));
        var events = await _seed.ReadAsync(db => db.AuditEvents.Where(e => e.TargetGuid == app.Guid).Select(e => e.Type).ToListAsync());
        events.ShouldBe(["audit.app.package.create", "audit.app.package.upload"]);
        Uploads().ShouldBeEmpty();
    }

    [Fact]
    public async Task Upload_Twice_IsRefused()
    {
        var app = await _seed.AppAsync();
        var guid = await _cc.Admin.ReadyPackageAsync(app.Guid);

        (await _cc.Admin.UploadAsync(guid, [1, 2, 3])).ExpectError(HttpStatusCode.BadRequest, 150004, "CF-PackageBitsAlreadyUploaded");
    }

    [Fact]
    public async Task Upload_HostileBits_Fail()
    {
        var package = await UploadAsync(new ZipBuilder().File("../../etc/passwd").Build().ToArray());

        ((string?)package["state"]).ShouldBe("FAILED");
        ((string?)package["data"]!["error"]).ShouldBe("The entry '../../etc/passwd' climbs with '..'.");
        Uploads().ShouldBeEmpty();
    }

    [Fact]
    public async Task Upload_NotAZip_Fails() =>
        ((string)(await UploadAsync("no zip"u8.ToArray()))["data"]!["error"]!).ShouldContain("not a zip archive");

    [Fact]
    public async Task Upload_TooLarge_IsRefusedAndMayBeTriedAgain()
    {
        var app = await _seed.AppAsync();
        var guid = (string)(await _cc.Admin.CreateAsync("/v3/packages", PackageClient.Of(app.Guid)))["guid"]!;

        var answer = await _cc.Admin.UploadAsync(guid, new byte[Fixture.MaxUpload + 1]);

        answer.ExpectError(HttpStatusCode.RequestEntityTooLarge, 10004, "CF-InvalidRequest");
        (await _cc.Admin.UploadAsync(guid, new ZipBuilder().File("a").Build().ToArray())).Expect(HttpStatusCode.OK);
        Uploads().ShouldBeEmpty();
    }

    [Fact]
    public async Task Upload_CutOff_LeavesNothingAndMayBeTriedAgain()
    {
        var app = await _seed.AppAsync();
        var guid = (string)(await _cc.Admin.CreateAsync("/v3/packages", PackageClient.Of(app.Guid)))["guid"]!;
        var url = ComponentRegistrar.ListeningAt(_cc.Services.GetRequiredService<IServer>());
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(url.Host, url.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /v3/packages/{guid}/upload HTTP/1.1\r\nHost: x\r\nAuthorization: bearer {_cc.Tokens.Admin()}\r\nContent-Length: 100000\r\n"
                + "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"bits\"; filename=\"a.zip\"\r\n\r\nPK"));
        }

        await Eventually.TrueAsync(() => Uploads().Length == 0, "end of the cut-off upload");
        ((string?)(await _cc.Admin.GetAsync($"/v3/packages/{guid}")).Json["state"]).ShouldBe("AWAITING_UPLOAD");
        (await _cc.Admin.UploadAsync(guid, new ZipBuilder().File("a").Build().ToArray())).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Upload_Nothing_IsRefused()
    {
        var app = await _seed.AppAsync();
        var guid = (string)(await _cc.Admin.CreateAsync("/v3/packages", PackageClient.Of(app.Guid)))["guid"]!;

        (await _cc.Admin.UploadAsync(guid, null, "[]")).ExpectError(
            HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Upload must include either resources or bits");
        (await _cc.Admin.UploadAsync(guid, null, "{")).ExpectError(
            HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Resources must be valid JSON.");
        (await _cc.Admin.PostAsync($"/v3/packages/{guid}/upload", new { })).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task ResourceMatches_AfterAnUpload_SparesTheSecond()
    {
        var big = RandomNumberGenerator.GetBytes(100_000);
        var sha1 = Convert.ToHexStringLower(SHA1.HashData(big));
        var app = await _seed.AppAsync();
        await _cc.Admin.ReadyPackageAsync(app.Guid, new ZipBuilder().File("big", big).Build().ToArray());
        var resource = new { checksum = new { value = sha1 }, size_in_bytes = big.Length, path = "again/big", mode = "644" };
        var unknown = new { checksum = new { value = new string('0', 40) }, size_in_bytes = 100_000, path = "x", mode = "644" };

        var matches = (await _cc.Admin.PostAsync("/v3/resource_matches", new { resources = new[] { resource, unknown } })).Expect(HttpStatusCode.Created);
        var guid = (string)(await _cc.Admin.CreateAsync("/v3/packages", PackageClient.Of(app.Guid)))["guid"]!;
        await _cc.Admin.UploadAsync(guid, null, matches["resources"]!.ToJsonString());

        var matched = matches["resources"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)matched["checksum"]!["value"]).ShouldBe(sha1);
        ((string?)matched["path"]).ShouldBe("again/big");
        ((string?)(await _cc.Admin.ProcessedAsync(guid))["state"]).ShouldBe("READY");
    }

    [Theory]
    [InlineData("""{"resources":[]}""", "Resources must have at least 1 resource")]
    [InlineData("""{"resources":7}""", "Resources must be an array")]
    [InlineData("""{}""", "Resources must be an array")]
    [InlineData("""{"resources":[7]}""", "Resources array contains at least one resource with a non-object checksum")]
    public async Task ResourceMatches_WrongShape_SaysWhat(string body, string detail) =>
        (await _cc.Admin.PostAsync("/v3/resource_matches", body)).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", detail);

    [Fact]
    public async Task List_OfApp_ShowsItsPackagesOnly()
    {
        var app = await _seed.AppAsync();
        var other = await _seed.AppAsync();
        var guid = await _cc.Admin.ReadyPackageAsync(app.Guid);
        await _cc.Admin.ReadyPackageAsync(other.Guid);

        var list = (await _cc.Admin.GetAsync($"/v3/apps/{app.Guid}/packages?states=READY")).Expect(HttpStatusCode.OK);

        ((string?)list["resources"]!.AsArray().ShouldHaveSingleItem()!["guid"]).ShouldBe(guid);
        (await _cc.User("stranger").GetAsync("/v3/packages")).Expect(HttpStatusCode.OK)["resources"]!.AsArray().ShouldBeEmpty();
        (await _cc.User("stranger").GetAsync($"/v3/packages/{guid}")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound");
    }

    [Fact]
    public async Task Delete_Package_RemovesItsBits()
    {
        var app = await _seed.AppAsync();
        var guid = await _cc.Admin.ReadyPackageAsync(app.Guid);

        var job = await _cc.Admin.WaitForJobAsync(await _cc.Admin.DeleteAsync($"/v3/packages/{guid}"));

        ((string?)job["state"]).ShouldBe("COMPLETE");
        (await _cc.Admin.GetAsync($"/v3/packages/{guid}")).Status.ShouldBe(HttpStatusCode.NotFound);
        File.Exists(Path.Combine(_cc.DirectoryPath, "blobs/packages", guid[..2], guid[2..4], guid)).ShouldBeFalse();
    }

    [Fact]
    public async Task Download_Package_GivesItsBits()
    {
        var app = await _seed.AppAsync();
        var bits = new ZipBuilder().File("a", "1").Build().ToArray();
        var guid = await _cc.Admin.ReadyPackageAsync(app.Guid, bits);

        (await _cc.Admin.GetAsync($"/v3/packages/{guid}/download")).Status.ShouldBe(HttpStatusCode.OK);
    }

    private string[] Uploads()
    {
        var blobs = Path.Combine(_cc.DirectoryPath, "blobs");
        var uploads = Path.Combine(blobs, "uploads");
        return [.. Directory.GetFiles(Path.Combine(blobs, ".unfinished")), .. Directory.Exists(uploads) ? Directory.GetFiles(uploads) : []];
    }

    private async Task<JsonNode> UploadAsync(byte[] bits)
    {
        var app = await _seed.AppAsync();
        var guid = (string)(await _cc.Admin.CreateAsync("/v3/packages", PackageClient.Of(app.Guid)))["guid"]!;
        (await _cc.Admin.UploadAsync(guid, bits)).Expect(HttpStatusCode.OK);
        return await _cc.Admin.ProcessedAsync(guid);
    }

    /// <summary>Small limits.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public const int MaxUpload = 1_000_000;

        public CloudControllerFixture Cc { get; } = new();

        public Task InitializeAsync()
        {
            Cc.Replace = services => services.AddSingleton(new PackageLimits { MaxUploadBytes = MaxUpload });
            return Cc.InitializeAsync();
        }

        public Task DisposeAsync() => Cc.DisposeAsync();
    }
}
