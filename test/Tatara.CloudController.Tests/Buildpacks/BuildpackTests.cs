using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Data;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Buildpacks;

public sealed class BuildpackTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-buildpacks-").FullName;
    private readonly CloudControllerFixture _cc = new();

    public Task InitializeAsync()
    {
        File.WriteAllBytes(Path.Combine(_directory, "02-static_buildpack.zip"), Zip("bin/detect"));
        File.WriteAllBytes(Path.Combine(_directory, "01-ruby_buildpack.zip"), Zip("bin/supply"));
        File.WriteAllText(Path.Combine(_directory, "03-broken_buildpack.zip"), "no zip");
        File.WriteAllBytes(Path.Combine(_directory, "unnumbered.zip"), Zip("bin/detect"));
        _cc.Configure = o => o with { BuildpackDirectory = _directory };
        return _cc.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _cc.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Start_DirectoryOfZips_InstallsThemInOrderAndAgainWhenChanged()
    {
        var before = await ListAsync();
        var hashes = await HashesAsync();
        before.Select(b => (b.Name, b.Position, b.State)).ShouldBe([("ruby_buildpack", 1, "READY"), ("static_buildpack", 2, "READY")]);

        await _cc.StopAsync();
        var changed = Path.Combine(_directory, "01-ruby_buildpack.zip");
        File.WriteAllBytes(changed, Zip("bin/supply", "more"));
        await _cc.StartAsync();

        (await ListAsync()).ShouldBe(before);
        var after = await HashesAsync();
        after[0].ShouldNotBe(hashes[0]);
        after[1].ShouldBe(hashes[1]);
    }

    [Fact]
    public async Task Upload_Zip_MakesItReady()
    {
        var buildpack = await _cc.Admin.CreateAsync("/v3/buildpacks", new { name = "mine", position = 1, enabled = true });
        ((string)buildpack["state"]!).ShouldBe("AWAITING_UPLOAD");
        (await ListAsync()).Select(b => b.Name).ShouldBe(["mine", "ruby_buildpack", "static_buildpack"]);

        ((string)(await _cc.Admin.WaitForJobAsync(await UploadAsync(buildpack["guid"]!.ToString(), Zip("bin/compile"), "mine.zip")))["state"]!).ShouldBe("COMPLETE");
        var shown = (await _cc.Admin.GetAsync($"/v3/buildpacks/{buildpack["guid"]}")).Json;
        ((string)shown["state"]!).ShouldBe("READY");
        ((string)shown["filename"]!).ShouldBe("mine.zip");
        await _cc.Admin.WaitForJobAsync(await _cc.Admin.DeleteAsync($"/v3/buildpacks/{buildpack["guid"]}"));
        (await ListAsync()).Select(b => b.Position).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Upload_NoBuildpack_Refused()
    {
        var guid = (string)(await _cc.Admin.CreateAsync("/v3/buildpacks", new { name = "bad" }))["guid"]!;
        (await UploadAsync(guid, "no zip at all"u8.ToArray(), "bad.zip")).ExpectError(
            HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity",
            "Uploaded buildpack file is invalid: bad.zip is not a zip file. Buildpacks of lifecycle \"buildpack\" must be valid zip files.");
        (await UploadAsync(guid, [], "bad.zip")).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Uploaded buildpack file is invalid: bad.zip cannot be empty");
        (await _cc.Admin.PostAsync($"/v3/buildpacks/{guid}/upload")).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Uploaded buildpack file is invalid: A buildpack zip file must be uploaded as 'bits'");
        foreach (var bits in new[] { [.. "PK\u0003\u0004 and no more"u8], Zip("readme"), Zip("a/b/bin/detect") })
        {
            var job = await _cc.Admin.WaitForJobAsync(await UploadAsync(guid, bits, "bad.zip"));
            ((string)job["state"]!).ShouldBe("FAILED");
            ((int)job["errors"]![0]!["code"]!).ShouldBe(390013);
        }
        (await _cc.User("user").PostAsync("/v3/buildpacks", new { name = "x" })).ExpectError(HttpStatusCode.Forbidden, 10003, "CF-NotAuthorized");
        (await _cc.Admin.PostAsync("/v3/buildpacks", new { name = "bad" })).ExpectError(
            HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Buildpack with name 'bad' and an unassigned stack already exists");
        (await _cc.Admin.PostAsync("/v3/buildpacks", new { name = "b d" })).ExpectError(
            HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Name can only contain alphanumeric characters, underscores, and dashes");
    }

    [Fact]
    public async Task Upload_ManifestNamesAStack_BecomesItsStackForGood()
    {
        var first = await CreateAsync("mine");
        (await UploadedAsync(first, "stack: bookworm")).ShouldBe("COMPLETE");
        ((string?)(await _cc.Admin.GetAsync($"/v3/buildpacks/{first}")).Json["stack"]).ShouldBe("bookworm");
        (await UploadedAsync(first, "stack: other")).ShouldBe("390011 Uploaded buildpack stack (other) does not match bookworm");
        (await _cc.Admin.PatchAsync($"/v3/buildpacks/{first}", new { stack = "other" })).ExpectError(
            HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Buildpack stack cannot be changed");

        var second = await CreateAsync("mine");
        (await UploadedAsync(second, "stack: other")).ShouldBe("390012 Uploaded buildpack stack (other) does not exist");
        (await UploadedAsync(second, "stack: bookworm")).ShouldBe("290000 The buildpack name mine is already in use for the stack bookworm and the lifecycle buildpack");
        (await UploadedAsync(second, "{broken")).ShouldBe("390013 Buildpack zip error: buildpack manifest is not valid");
        (await UploadedAsync(second, "language: none")).ShouldBe("COMPLETE");
        ((string?)(await _cc.Admin.GetAsync($"/v3/buildpacks/{second}")).Json["stack"]).ShouldBeNull();
        (await ListAsync()).Select(b => b.Name).ShouldBe(["mine", "mine", "ruby_buildpack", "static_buildpack"]);
    }

    [Fact]
    public async Task Update_LockedOne_TakesNoBits()
    {
        var guid = await CreateAsync("mine");
        (await _cc.Admin.PatchAsync($"/v3/buildpacks/{guid}", new { locked = true, enabled = false, position = 2, name = "renamed" })).Expect(HttpStatusCode.OK);

        (await UploadAsync(guid, Zip("bin/detect"), "x.zip")).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Buildpack is locked");
        (await ListAsync()).Select(b => b.Name).ShouldBe(["ruby_buildpack", "renamed", "static_buildpack"]);
    }

    private async Task<string> CreateAsync(string name) => (string)(await _cc.Admin.CreateAsync("/v3/buildpacks", new { name }))["guid"]!;

    /// <summary>COMPLETE, or the error.</summary>
    private async Task<string> UploadedAsync(string guid, string manifest)
    {
        var job = await _cc.Admin.WaitForJobAsync(await UploadAsync(guid, Zip(("bin/detect", ""), ("manifest.yml", manifest)), "mine.zip"));
        return (string)job["state"]! == "FAILED" ? $"{job["errors"]![0]!["code"]} {job["errors"]![0]!["detail"]}" : (string)job["state"]!;
    }

    private async Task<List<(string Guid, string Name, int Position, string State)>> ListAsync() =>
    [
        .. (await _cc.Admin.GetAsync("/v3/buildpacks")).Json["resources"]!.AsArray()
            .Select(b => ((string)b!["guid"]!, (string)b["name"]!, (int)b["position"]!, (string)b["state"]!)),
    ];

    private async Task<List<string?>> HashesAsync()
    {
        await using var scope = _cc.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>().Buildpacks.OrderBy(b => b.Position).Select(b => b.Sha256).ToListAsync();
    }

    private async Task<ApiResponse> UploadAsync(string guid, byte[] bits, string name)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(bits), "bits", name } };
        return await _cc.Admin.SendAsync(HttpMethod.Post, $"/v3/buildpacks/{guid}/upload", form);
    }

    private static byte[] Zip(params string[] entries) => Zip([.. entries.Select(e => (e, ""))]);

    private static byte[] Zip(params (string Name, string Text)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var content = zip.CreateEntry(name).Open();
                content.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        return stream.ToArray();
    }
}
