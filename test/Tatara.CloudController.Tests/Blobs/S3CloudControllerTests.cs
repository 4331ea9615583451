using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Packages;
using Tatara.CloudController.Tests.Deas;
using Tatara.CloudController.Tests.Packages;
using Tatara.CloudController.Tests.Support;
using Tatara.Testing;

namespace Tatara.CloudController.Tests.Blobs;

/// <summary>A Cloud Controller whose blobs are in a bucket.</summary>
public sealed class S3CloudControllerTests : IAsyncLifetime
{
    private const string Unavailable = "CF-BlobstoreUnavailable";

    private readonly CloudControllerFixture _cc = new();
    private S3Server _s3 = null!;
    private FakeDea _dea = null!;

    public async Task InitializeAsync()
    {
        _s3 = await S3Server.StartAsync();
        _cc.Configure = o => o with { Blobstore = S3BlobstoreTests.OptionsOf(_s3) with { Prefix = "", Patience = TimeSpan.FromSeconds(5) } };
        await _cc.InitializeAsync();
        _dea = await FakeDea.StartAsync(_cc.Bus);
    }

    public async Task DisposeAsync()
    {
        await _dea.DisposeAsync();
        await _cc.DisposeAsync();
        await _s3.DisposeAsync();
    }

    [Fact]
    public async Task Push_BlobsInABucket_DeasFetchFromTheBucketAndBringThroughTheApi()
    {
        var app = await new Seed(_cc).AppAsync();
        var bits = new ZipBuilder().File("index.html", "hello").Build().ToArray();
        var package = await _cc.Admin.ReadyPackageAsync(app.Guid, bits);
        var droplet = await StageAsync(package);

        var staging = await _dea.NextStagingAsync();
        IsSigned(staging.DownloadUri).ShouldBeTrue();
        IsSigned(staging.BuildpackCacheDownloadUri).ShouldBeTrue();
        staging.UploadUri.ShouldStartWith(_cc.Address.AbsoluteUri);
        staging.BuildpackCacheUploadUri.ShouldStartWith(_cc.Address.AbsoluteUri);
        (await FakeDea.FetchAsync(staging.DownloadUri)).ShouldBe(bits);
        var cache = "cache"u8.ToArray();
        (await FakeDea.UploadAsync(staging.BuildpackCacheUploadUri, cache, Convert.ToHexStringLower(SHA1.HashData(cache)))).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await FakeDea.FetchAsync(staging.BuildpackCacheDownloadUri)).ShouldBe(cache);

        (await _cc.Admin.PatchAsync($"/v3/apps/{app.Guid}/relationships/current_droplet", new { data = new { guid = droplet } })).Expect(HttpStatusCode.OK);
        (await _cc.Admin.PostAsync($"/v3/apps/{app.Guid}/actions/start")).Expect(HttpStatusCode.OK);
        var start = await _dea.NextStartAsync();
        IsSigned(start.ExecutableUri).ShouldBeTrue();
        (await FakeDea.FetchAsync(start.ExecutableUri)).ShouldBe(FakeDea.DropletBits);

        // What was uploaded went away: the bucket has the package, the droplet and the cache.
        _s3.Objects.Count.ShouldBe(3);
        await _cc.Admin.WaitForJobAsync(await _cc.Admin.DeleteAsync($"/v3/apps/{app.Guid}"));
        _s3.Objects.ShouldBeEmpty();
    }

    [Fact]
    public async Task Upload_DropletWithAnotherHash_IsRefusedAndNotThere()
    {
        var refused = new TaskCompletionSource<HttpStatusCode>();
        _dea.Stage = async m =>
        {
            using var response = await FakeDea.UploadAsync(m.UploadUri, [1, 2, 3], FakeDea.DropletSha1);
            refused.SetResult(response.StatusCode);
            return new(m.TaskId, Error: "no");
        };
        var app = await new Seed(_cc).AppAsync();
        var package = await _cc.Admin.ReadyPackageAsync(app.Guid);

        await _cc.Admin.CreateAsync("/v3/builds", new { package = new { guid = package } });

        (await refused.Task).ShouldBe(HttpStatusCode.BadRequest);
        _s3.Objects.ShouldAllBe(o => !o.StartsWith("droplets/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Download_BlobsInABucket_SendsTheUserThere()
    {
        var app = await new Seed(_cc).AppAsync();
        var bits = new ZipBuilder().File("index.html", "hello").Build().ToArray();
        var package = await _cc.Admin.ReadyPackageAsync(app.Guid, bits);
        var droplet = await StageAsync(package);
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        http.DefaultRequestHeaders.Authorization = new("bearer", _cc.Tokens.Admin());

        foreach (var (path, expected) in ((string, byte[])[])[($"/v3/packages/{package}/download", bits), ($"/v3/droplets/{droplet}/download", FakeDea.DropletBits)])
        {
            using var answer = await http.GetAsync(new Uri(_cc.Address, path));

            answer.StatusCode.ShouldBe(HttpStatusCode.Found);
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
            (await FakeDea.FetchAsync(answer.Headers.Location!.AbsoluteUri)).ShouldBe(expected);
        }

        await _s3.KillAsync();
        using var away = await http.GetAsync(new Uri(_cc.Address, $"/v3/droplets/{droplet}/download"));
        away.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Api_BlobstoreAway_SaysSoAndServesTheRest()
    {
        var app = await new Seed(_cc).AppAsync();
        var droplet = await StageAsync(await _cc.Admin.ReadyPackageAsync(app.Guid));
        var waiting = (string)(await _cc.Admin.CreateAsync("/v3/packages", PackageClient.Of(app.Guid)))["guid"]!;
        await _s3.KillAsync();

        (await _cc.Admin.UploadAsync(waiting, new ZipBuilder().File("a").Build().ToArray())).ExpectError(HttpStatusCode.ServiceUnavailable, 150006, Unavailable);
        (await _cc.Admin.PatchAsync($"/v3/apps/{app.Guid}/relationships/current_droplet", new { data = new { guid = droplet } })).Expect(HttpStatusCode.OK);
        (await _cc.Admin.PostAsync($"/v3/apps/{app.Guid}/actions/start")).Expect(HttpStatusCode.OK);
        IsSigned((await _dea.NextStartAsync()).ExecutableUri).ShouldBeTrue("a DEA that has the droplet needs no blobstore");
        await _s3.StartAgainAsync();

        (await _cc.Admin.UploadAsync(waiting, new ZipBuilder().File("a").Build().ToArray())).Expect(HttpStatusCode.OK);
        ((string?)(await _cc.Admin.ProcessedAsync(waiting))["state"]).ShouldBe("READY");
    }

    [Fact]
    public async Task Job_BlobstoreAway_WaitsAndIsDoneAfterwards()
    {
        var seed = new Seed(_cc);
        var app = await seed.AppAsync();
        var package = (string)(await _cc.Admin.CreateAsync("/v3/packages", PackageClient.Of(app.Guid)))["guid"]!;
        await _s3.KillAsync();
        // An upload that was taken, and whose bits cannot be read now.
        await seed.ChangeAsync(async db =>
        {
            (await db.Packages.SingleAsync(p => p.Guid == package)).State = PackageStates.ProcessingUpload;
            db.Jobs.Add(new Job
            {
                Operation = PackageUploadJob.Operation,
                Payload = JsonSerializer.Serialize(new PackageUpload(package, new BlobInfo("uploads/x", 10, "", ""), [])),
                ActorGuid = "x",
                ActorName = "x",
            });
        });

        await Eventually.GetAsync(async () => await seed.ReadAsync(db => db.Jobs.AnyAsync(j => j.Attempts > 0 && j.ClaimedBy == null && j.ClaimedUntil != null)) ? "" : null, "first try");
        ((string?)(await _cc.Admin.GetAsync($"/v3/packages/{package}")).Json["state"]).ShouldBe("PROCESSING_UPLOAD", "it did not fail");
        await _s3.StartAgainAsync();
        await seed.ChangeAsync(db => db.Jobs.ExecuteUpdateAsync(s => s.SetProperty(j => j.ClaimedUntil, (DateTimeOffset?)null))); // Its rest is over.

        var processed = await _cc.Admin.ProcessedAsync(package);
        ((string?)processed["state"]).ShouldBe("FAILED");
        processed.ToJsonString().ShouldContain("The uploaded bits are gone", Case.Sensitive, "there never were any, and now it could see that");
    }

    [Fact]
    public async Task Start_BlobstoreAway_ServesAllTheSame()
    {
        var buildpacks = Directory.CreateTempSubdirectory("tatara-buildpacks-").FullName;
        await File.WriteAllBytesAsync(Path.Combine(buildpacks, "01-mine_buildpack.zip"), new ZipBuilder().File("bin/detect").Build().ToArray());
        var configure = _cc.Configure;
        _cc.Configure = o => configure(o) with { BuildpackDirectory = buildpacks };
        await _cc.StopAsync();
        await _s3.KillAsync();

        await _cc.StartAsync();
        ((int)(await _cc.Admin.GetAsync("/v3/buildpacks")).Expect(HttpStatusCode.OK)["pagination"]!["total_results"]!).ShouldBe(0);
        await _s3.StartAgainAsync();
        await _cc.StopAsync();
        await _cc.StartAsync();

        ((int)(await _cc.Admin.GetAsync("/v3/buildpacks")).Expect(HttpStatusCode.OK)["pagination"]!["total_results"]!).ShouldBe(1);
        Directory.Delete(buildpacks, recursive: true);
    }

    private bool IsSigned(string url) => url.StartsWith(_s3.Endpoint.AbsoluteUri, StringComparison.Ordinal) && url.Contains("X-Amz-Signature=", StringComparison.Ordinal);

    private async Task<string> StageAsync(string package)
    {
        var build = (string)(await _cc.Admin.CreateAsync("/v3/builds", new { package = new { guid = package } }))["guid"]!;
        var staged = await Eventually.GetAsync(
            async () => (await _cc.Admin.GetAsync($"/v3/builds/{build}")).Json is { } b && (string?)b["state"] == "STAGED" ? b : null, "end of the build");
        return (string)staged["droplet"]!["guid"]!;
    }
}
