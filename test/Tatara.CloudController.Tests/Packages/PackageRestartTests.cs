using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Packages;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Packages;

public sealed class PackageRestartTests : IAsyncLifetime
{
    private readonly CloudControllerFixture _cc = new();

    public Task InitializeAsync() => _cc.InitializeAsync();

    public Task DisposeAsync() => _cc.DisposeAsync();

    [Fact]
    public async Task Upload_KilledWhileProcessing_IsFinishedAfterTheRestart()
    {
        var seed = new Seed(_cc);
        var app = await seed.AppAsync();
        var guid = (string)(await _cc.Admin.CreateAsync("/v3/packages", PackageClient.Of(app.Guid)))["guid"]!;
        var key = BlobKeys.Upload("cut-off");
        var bits = await _cc.Services.GetRequiredService<IBlobstore>().PutAsync(key, new ZipBuilder().File("a").Build());
        await seed.ChangeAsync(async db =>
        {
            // What a process leaves behind that is killed in the midst of it.
            (await db.Packages.SingleAsync(p => p.Guid == guid)).State = PackageStates.ProcessingUpload;
            db.Jobs.Add(new Job
            {
                Operation = PackageUploadJob.Operation,
                Payload = JsonSerializer.Serialize(new PackageUpload(guid, bits, [])),
                ActorGuid = "x",
                ActorName = "x",
                ClaimedBy = _cc.Options.Name,
                ClaimedUntil = DateTimeOffset.UtcNow.AddMinutes(10),
                Attempts = 1,
            });
        });
        await _cc.StopAsync();

        await _cc.StartAsync();

        ((string?)(await _cc.Admin.ProcessedAsync(guid))["state"]).ShouldBe("READY");
        await Eventually.GetAsync(
            async () => await _cc.Services.GetRequiredService<IBlobstore>().SizeAsync(key) is null ? "" : null, "removal of the upload");
        (await _cc.Admin.GetAsync($"/v3/packages/{guid}/download")).Status.ShouldBe(HttpStatusCode.OK);
    }
}
