using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Packages;

namespace Tatara.CloudController.Tests.Packages;

public sealed class PackageAssemblerTests : IDisposable
{
    private static readonly byte[] Big = RandomNumberGenerator.GetBytes(100_000);
    private static readonly string BigSha1 = Convert.ToHexStringLower(SHA1.HashData(Big));

    private readonly string _root = Directory.CreateTempSubdirectory("tatara-packages-").FullName;
    private readonly FolderBlobstore _blobs;
    private readonly PackageLimits _limits = new() { MaxUnpackedBytes = 1 << 20 };
    private readonly ResourceCache _cache;
    private readonly PackageAssembler _assembler;

    public PackageAssemblerTests()
    {
        _blobs = new FolderBlobstore(_root, TimeProvider.System, NullLogger<FolderBlobstore>.Instance);
        _cache = new ResourceCache(_blobs, _limits);
        _assembler = new PackageAssembler(_blobs, _cache, _limits);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task AssembleAsync_PlainBits_AreThePackage()
    {
        var bits = new ZipBuilder().File("a", "1").Folder("d").Build().ToArray();

        var info = await AssembleAsync(bits);

        info.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bits)));
    }

    [Fact]
    public async Task AssembleAsync_BigFile_IsKnownAfterwards()
    {
        await AssembleAsync(new ZipBuilder().File("big", Big).File("small", "x").Build().ToArray());

        _cache.Knows(new(BigSha1, Big.Length, "any", "644")).ShouldBeTrue();
        _cache.Knows(new(BigSha1, Big.Length - 1, "any", "644")).ShouldBeFalse();
        _cache.Knows(new(BigSha1, Big.Length, "any", "400")).ShouldBeFalse();
        _cache.Knows(new(Convert.ToHexStringLower(SHA1.HashData("x"u8)), 1, "small", "644")).ShouldBeFalse();
    }

    [Fact]
    public async Task AssembleAsync_BitsAndResources_BecomeOnePackage()
    {
        await AssembleAsync(new ZipBuilder().File("big", Big).Build().ToArray());

        await AssembleAsync(new ZipBuilder().File("bin/run", "#!", Convert.ToInt32("100755", 8)).Link("l", "bin/run").Build().ToArray(),
            new ResourceFingerprint(BigSha1, Big.Length, "assets/picture", "755"));

        using var package = new ZipArchive(_blobs.Open("package")!);
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

        await _assembler.AssembleAsync(null, [new(BigSha1, Big.Length, "big", null)], "package", default);

        using var package = new ZipArchive(_blobs.Open("package")!);
        package.Entries.Single().FullName.ShouldBe("big");
    }

    [Fact]
    public async Task AssembleAsync_OddModes_AreWrittenAnew()
    {
        await AssembleAsync(new ZipBuilder().File("f", "x", Convert.ToInt32("104755", 8)).Build().ToArray());

        using var package = new ZipArchive(_blobs.Open("package")!);
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
        await _blobs.PutAsync("upload", new MemoryStream(bits));
        return await _assembler.AssembleAsync("upload", resources, "package", default);
    }
}
