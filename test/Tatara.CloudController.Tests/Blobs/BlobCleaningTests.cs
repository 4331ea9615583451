using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Packages;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Blobs;

public sealed class BlobCleaningTests : IAsyncLifetime
{
    private const int CachesMb = 1;

    private readonly CloudControllerFixture _cc = new() { Configure = o => o with { BuildpackCachesMb = CachesMb } };
    private readonly Seed _seed;

    public BlobCleaningTests() => _seed = new Seed(_cc);

    private IBlobstore Blobs => _cc.Services.GetRequiredService<IBlobstore>();

    public Task InitializeAsync() => _cc.InitializeAsync();

    public Task DisposeAsync() => _cc.DisposeAsync();

    [Fact]
    public async Task Clean_BitsWithoutARow_GoAndTheOthersStay()
    {
        var app = await _seed.AppAsync(staged: true);
        var droplet = await _seed.ReadAsync(db => db.Droplets.Select(d => d.Guid).SingleAsync());
        var expired = new Droplet { AppGuid = app.Guid, State = DropletStates.Expired };
        var buildpack = new Buildpack { Name = "mine", Sha256 = "new" };
        await _seed.ChangeAsync(db =>
        {
            db.AddRange(expired, buildpack);
            return Task.CompletedTask;
        });
        string[] kept = [BlobKeys.Droplet(droplet), BlobKeys.Buildpack(buildpack.Guid + "_new"), BlobKeys.BuildpackCache(app.Guid, "bookworm")];
        string[] nameless = [BlobKeys.Droplet(expired.Guid), BlobKeys.Buildpack(buildpack.Guid + "_old"), BlobKeys.Droplet("nobodys"), BlobKeys.Package("nobodys"), BlobKeys.BuildpackCache("nobody", "bookworm")];
        foreach (var key in kept.Concat(nameless)) await PutAsync(key, hours: 2);
        await PutAsync(BlobKeys.Droplet("just-uploaded"), hours: 0);

        await CleanAsync();

        (await Blobs.ListAsync("").Select(b => b.Key).ToListAsync()).ShouldBe([.. kept, BlobKeys.Droplet("just-uploaded")], ignoreOrder: true);
    }

    [Fact]
    public async Task Clean_Uploads_ThoseWithoutAJobGo()
    {
        foreach (var name in (string[])["worked-on", "forgotten"]) await PutAsync(BlobKeys.Upload(name), hours: 30);
        await _seed.ChangeAsync(db => Task.FromResult(db.Jobs.Add(new Job
        {
            Operation = "of another Cloud Controller",
            Payload = JsonSerializer.Serialize(new PackageUpload("p", new BlobInfo(BlobKeys.Upload("worked-on"), 10, "", ""), [])),
            ActorGuid = "x",
            ActorName = "x",
            ClaimedBy = "another",
            ClaimedUntil = DateTimeOffset.UtcNow.AddHours(1),
        })));

        await CleanAsync();

        (await Blobs.SizeAsync(BlobKeys.Upload("worked-on"))).ShouldNotBeNull();
        (await Blobs.SizeAsync(BlobKeys.Upload("forgotten"))).ShouldBeNull();
    }

    [Fact]
    public async Task Clean_BuildCachesBeyondTheirBound_OldestGo()
    {
        var apps = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            apps.Add((await _seed.AppAsync()).Guid);
            await PutAsync(BlobKeys.BuildpackCache(apps[i], "bookworm"), hours: 10 - i, bytes: 400_000);
        }

        await CleanAsync();

        (await Blobs.ListAsync("").Select(b => b.Key).ToListAsync()).ShouldBe(apps[2..].Select(app => BlobKeys.BuildpackCache(app, "bookworm")), ignoreOrder: true);
    }

    [Fact]
    public async Task Clean_PackagesThatWereNeverStaged_TheLastFiveStay()
    {
        var app = await _seed.AppAsync();
        var packages = Enumerable.Range(0, 8).Select(_ => new Package { AppGuid = app.Guid, State = PackageStates.Ready }).ToList();
        await _seed.ChangeAsync(async db =>
        {
            foreach (var package in packages)
            {
                db.Packages.Add(package);
                await db.SaveChangesAsync();
            }
        });
        foreach (var package in packages) await PutAsync(BlobKeys.Package(package.Guid), hours: 0);

        await CleanAsync();

        (await Blobs.ListAsync("").Select(b => b.Key).ToListAsync()).ShouldBe(packages[3..].Select(p => BlobKeys.Package(p.Guid)), ignoreOrder: true);
        (await _seed.ReadAsync(db => db.Packages.CountAsync(p => p.State == PackageStates.Expired))).ShouldBe(3);
    }

    private async Task CleanAsync()
    {
        await using var scope = _cc.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<BlobCleaning>().CleanAsync(default);
    }

    private async Task PutAsync(string key, int hours, int bytes = 10)
    {
        await Blobs.PutAsync(key, new MemoryStream(new byte[bytes]));
        File.SetLastWriteTimeUtc(Path.Combine(_cc.DirectoryPath, "blobs", key), DateTime.UtcNow.AddHours(-hours));
    }
}
