using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Packages;
using Tatara.Testing;

namespace Tatara.CloudController.Tests.Packages;

public sealed class PackageAssemblerTests : IAsyncLifetime
{
    private static readonly byte[] Big = RandomNumberGenerator.GetBytes(100_000);
    private static readonly string BigSha1 = Convert.ToHexStringLower(SHA1.HashData(Big));

    private readonly string _root = Directory.CreateTempSubdirectory("tatara-packages-").FullName;
    private readonly FolderBlobstore _blobs;
    private readonly PackageLimits _limits = new() { MaxUnpackedBytes = 1 << 20, MaxKnownFiles = 3 };
    private readonly ManualTimeProvider _time = new();
    private readonly CloudControllerDbContext _db;
    private readonly ResourceCache _cache;
    private readonly PackageAssembler _assembler;
    private int _packages;

    public PackageAssemblerTests()
    {
        _blobs = new FolderBlobstore(_root, TimeProvider.System, NullLogger<FolderBlobstore>.Instance);
        // The rows of packages are another matter: here only their bits are made.
        var options = new DbContextOptionsBuilder<CloudControllerDbContext>().UseSqlite($"Data Source={Path.Combine(_root, "db")};Foreign Keys=False;Pooling=False");
        _db = new CloudControllerDbContext(options.Options, _time);
        _cache = new ResourceCache(_db, _limits, _time);
        _assembler = new PackageAssembler(_blobs, _cache, _limits);
    }

    public Task InitializeAsync() => _db.Database.EnsureCreatedAsync();

    public async Task DisposeAsync()
    {
        await _db.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task AssembleAsync_PlainBits_AreThePackage()
    {
        var bits = new ZipBuilder().File("a", "1").Folder("d").Build().ToArray();

        var info = await AssembleAsync(bits);

        info.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bits)));
    }

    [Fact]
    public async Task AssembleAsync_Files_AreKnownAfterwards()
    {
        await AssembleAsync(new ZipBuilder().File("big", Big).File("small", "x").File("empty", "").Build().ToArray());
        var (small, empty) = (Convert.ToHexStringLower(SHA1.HashData("x"u8)), Convert.ToHexStringLower(SHA1.HashData([])));

        (await KnowsAsync(new(BigSha1, Big.Length, "any", "644"))).ShouldBeTrue();
        (await KnowsAsync(new(small, 1, "small", "644"))).ShouldBeTrue();
        (await KnowsAsync(new(BigSha1, Big.Length - 1, "any", "644"))).ShouldBeFalse();
        (await KnowsAsync(new(BigSha1, Big.Length, "any", "400"))).ShouldBeFalse();
        (await KnowsAsync(new(empty, 0, "empty", "644"))).ShouldBeFalse();
    }

    [Fact]
    public async Task RememberAsync_MoreThanTheBound_ForgetsWhatWasUsedLongestAgo()
    {
        var files = Enumerable.Range(0, 4).Select(i => (Text: $"file {i}", Print: Print($"file {i}"))).ToArray();
        foreach (var (text, print) in files[..3]) await AssembleAsync(new ZipBuilder().File("f", text).Build().ToArray());
        await AssembleAsync(new ZipBuilder().File("g").Build().ToArray(), files[1].Print with { Path = "f" });

        // "g" made the fourth: of the three before it the second was used again.
        (await KnowsAsync(files[0].Print)).ShouldBeFalse();
        (await KnowsAsync(files[1].Print)).ShouldBeTrue();
        (await KnowsAsync(files[2].Print)).ShouldBeTrue();
        (await _db.KnownFiles.CountAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task AssembleAsync_PackageOfAKnownFileIsGone_IsRefusedAndTheNextPushSendsIt()
    {
        var gone = await AssembleAsync(new ZipBuilder().File("big", Big).Build().ToArray());
        await _blobs.DeleteAsync(gone.Key);
        var resource = new ResourceFingerprint(BigSha1, Big.Length, "big", "644");

        var error = await Should.ThrowAsync<PackageInvalidException>(() => AssembleAsync(new ZipBuilder().File("a").Build().ToArray(), resource));

        error.Message.ShouldContain("Push again");
        (await KnowsAsync(resource)).ShouldBeFalse();
    }

    [Fact]
    public async Task AssembleAsync_FilesOfSeveralPackages_BecomeOneWithTheirContents()
    {
        foreach (var text in (string[])["one", "two"]) await AssembleAsync(new ZipBuilder().File("f", text).Build().ToArray());

        var bits = await AssembleAsync(
            new ZipBuilder().File("./c", "three", Convert.ToInt32("100600", 8)).Folder("d").Build().ToArray(),
            Print("one") with { Path = "d/a" }, Print("two") with { Path = "ü" }, Print("one") with { Path = "again" });

        using var package = new ZipArchive((await _blobs.OpenSeekableAsync(bits.Key))!);
        package.Entries.ToDictionary(e => e.FullName, e => new StreamReader(e.Open()).ReadToEnd())
            .ShouldBe(new Dictionary<string, string> { ["c"] = "three", ["d/"] = "", ["d/a"] = "one", ["ü"] = "two", ["again"] = "one" }, ignoreOrder: true);
    }

    [Fact]
    public async Task Of_SameAppPackedInAnotherWay_HasTheSameDigest()
    {
        var whole = await EntriesAsync(new ZipBuilder().File("a", "1").File("b/c", "2").Build().ToArray());
        var matched = await EntriesAsync(new ZipBuilder().File("./b/c", "2").Build().ToArray(), Print("1") with { Path = "a" });

        ContentDigest.Of(matched).ShouldBe(ContentDigest.Of(whole));
        foreach (var other in new[]
        {
            new ZipBuilder().File("a", "1").File("b/d", "2"),
            new ZipBuilder().File("a", "1").File("b/c", "3"),
            new ZipBuilder().File("a", "1").File("b/c", "2", Convert.ToInt32("100755", 8)),
            new ZipBuilder().File("a", "1").File("b/c", "2").Link("l", "a"),
        })
        {
            ContentDigest.Of(await EntriesAsync(other.Build().ToArray())).ShouldNotBe(ContentDigest.Of(whole));
        }
    }

    [Fact]
    public async Task AssembleAsync_BitsAndResources_BecomeOnePackage()
    {
        await AssembleAsync(new ZipBuilder().File("big", Big).Build().ToArray());

        var bits = await AssembleAsync(new ZipBuilder().File("bin/run", "#!", Convert.ToInt32("100755", 8)).Link("l", "bin/run").Build().ToArray(),
            new ResourceFingerprint(BigSha1, Big.Length, "assets/picture", "755"));

        using var package = new ZipArchive((await _blobs.OpenSeekableAsync(bits.Key))!);
        package.Entries.Select(e => (e.FullName, Convert.ToString(e.ExternalAttributes >>> 16, 8))).ShouldBe(
            [("bin/run", "100755"), ("l", "120777"), ("assets/picture", "100755")]);
        using var picture = package.GetEntry("assets/picture")!.Open();
        var content = new MemoryStream();
        await picture.CopyToAsync(content);
        content.ToArray().ShouldBe(Big);
    }

    [Fact]
    public async Task AssembleAsync_OnlyResources_BecomeAPackage()
    {
        await AssembleAsync(new ZipBuilder().File("big", Big).Build().ToArray());

        var assembled = await _assembler.AssembleAsync(null, [new(BigSha1, Big.Length, "big", null)], "package", default);

        using var package = new ZipArchive((await _blobs.OpenSeekableAsync(assembled.Bits.Key))!);
        package.Entries.Single().FullName.ShouldBe("big");
    }

    [Fact]
    public async Task AssembleAsync_OddModes_AreWrittenAnew()
    {
        var bits = await AssembleAsync(new ZipBuilder().File("f", "x", Convert.ToInt32("104755", 8)).Build().ToArray());

        using var package = new ZipArchive((await _blobs.OpenSeekableAsync(bits.Key))!);
        Convert.ToString(package.Entries.Single().ExternalAttributes >>> 16, 8).ShouldBe("100755");
    }

    [Theory]
    [InlineData("../out", "climbs")]
    [InlineData("/abs", "absolute")]
    [InlineData("", "no path")]
    [InlineData("a", "there twice")]
    [InlineData("a/b", "no folder")]
    [InlineData("link/b", "no folder")]
    public async Task AssembleAsync_BadResourcePath_IsRefused(string path, string why)
    {
        await AssembleAsync(new ZipBuilder().File("big", Big).Build().ToArray());

        var error = await Should.ThrowAsync<PackageInvalidException>(() => AssembleAsync(
            new ZipBuilder().File("a").File("d/x").Link("link", "d").Build().ToArray(), new ResourceFingerprint(BigSha1, Big.Length, path, "644")));

        error.Message.ShouldContain(why);
    }

    [Fact]
    public async Task AssembleAsync_UnknownResource_IsRefused()
    {
        var error = await Should.ThrowAsync<PackageInvalidException>(() => AssembleAsync(
            new ZipBuilder().File("a").Build().ToArray(), new ResourceFingerprint(BigSha1, Big.Length, "big", "644")));

        error.Message.ShouldContain("not known here");
    }

    [Fact]
    public async Task AssembleAsync_ResourcesUnpackToTooMuch_IsRefused()
    {
        await AssembleAsync(new ZipBuilder().File("big", Big).Build().ToArray());
        var resources = Enumerable.Range(0, 11).Select(i => new ResourceFingerprint(BigSha1, Big.Length, $"big{i}", "644")).ToArray();

        var error = await Should.ThrowAsync<PackageInvalidException>(() => _assembler.AssembleAsync(null, resources, "package", default));

        error.Message.ShouldContain("unpacks to more than");
    }

    [Fact]
    public async Task AssembleAsync_NoFiles_IsRefused() =>
        (await Should.ThrowAsync<PackageInvalidException>(() => AssembleAsync(new ZipBuilder().Folder("d").Build().ToArray())))
            .Message.ShouldContain("no files");

    [Theory]
    [InlineData("""{"checksum":{"value":"da39a3ee5e6b4b0d3255bfef95601890afd80709"},"size_in_bytes":7,"path":"p","mode":"755"}""")]
    [InlineData("""{"sha1":"DA39A3EE5E6B4B0D3255BFEF95601890AFD80709","size":7,"fn":"p","mode":"755"}""")]
    public void Read_EitherForm_IsRead(string json) =>
        ResourceFingerprint.Read(JsonElement.Parse(json), out _).ShouldBe(new("da39a3ee5e6b4b0d3255bfef95601890afd80709", 7, "p", "755"));

    [Theory]
    [InlineData("7", "a non-object checksum")]
    [InlineData("""{"checksum":"x"}""", "a non-object checksum")]
    [InlineData("""{"checksum":{"value":7}}""", "a non-string checksum value")]
    [InlineData("""{"checksum":{"value":"abc"}}""", "a non-SHA1 checksum value")]
    [InlineData("""{"checksum":{"value":"da39a3ee5e6b4b0d3255bfef95601890afd80709"},"size_in_bytes":"7"}""", "a non-integer size_in_bytes")]
    [InlineData("""{"checksum":{"value":"da39a3ee5e6b4b0d3255bfef95601890afd80709"},"size_in_bytes":-7}""", "a negative size_in_bytes")]
    [InlineData("""{"checksum":{"value":"da39a3ee5e6b4b0d3255bfef95601890afd80709"},"size_in_bytes":7,"mode":"rwx"}""", "an incorrect mode")]
    public void Read_WrongShape_SaysWhat(string json, string problem)
    {
        ResourceFingerprint.Read(JsonElement.Parse(json), out var told).ShouldBeNull();

        told.ShouldBe("Resources array contains at least one resource with " + problem);
    }

    private async Task<BlobInfo> AssembleAsync(byte[] bits, params ResourceFingerprint[] resources)
    {
        var (guid, upload) = ($"package-{++_packages}", await _blobs.PutAsync("upload", new MemoryStream(bits)));
        var package = await _assembler.AssembleAsync(upload, resources, guid, default);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _cache.RememberAsync(guid, package.Entries.Where(e => e.Kind == EntryKind.File).Select(e => (e.Sha1!, e.Content)), default);
        return package.Bits;
    }

    private async Task<IReadOnlyList<PackageEntry>> EntriesAsync(byte[] bits, params ResourceFingerprint[] resources)
    {
        await AssembleAsync(bits, resources);
        return (await _assembler.AssembleAsync(await _blobs.PutAsync("upload", new MemoryStream(bits)), resources, "again", default)).Entries;
    }

    private async Task<bool> KnowsAsync(ResourceFingerprint file) => (await _cache.FindAsync([file], default)).Count == 1;

    private static ResourceFingerprint Print(string text) =>
        new(Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text))), Encoding.UTF8.GetByteCount(text), "any", "644");
}
