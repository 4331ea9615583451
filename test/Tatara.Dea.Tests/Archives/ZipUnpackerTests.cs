using System.IO.Compression;
using Tatara.Dea.Archives;

namespace Tatara.Dea.Tests.Archives;

public sealed class ZipUnpackerTests : IDisposable
{
    private const int Link = 0xA1FF << 16, Device = 0x61B6 << 16, SetUserId = 0x89ED << 16;

    private static readonly ArchiveLimits Usual = new(1000, 100, AbsoluteLinks: false);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("zip-test-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Unpack_UsualTree_IsThere()
    {
        await UnpackAsync(Usual, ("app/run", "hello", SetUserId), ("app/link", "run", Link), ("app/empty/", "", 0));

        File.ReadAllText(Path.Combine(_root.FullName, "out/app/link")).ShouldBe("hello");
        ((int)File.GetUnixFileMode(Path.Combine(_root.FullName, "out/app/run"))).ShouldBe(Convert.ToInt32("755", 8));
        Directory.Exists(Path.Combine(_root.FullName, "out/app/empty")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("../evil", "x", 0, "climbs")]
    [InlineData("/etc/evil", "x", 0, "absolute path")]
    [InlineData("app/link", "../../etc/passwd", Link, "leads out")]
    [InlineData("app/link", "/etc/passwd", Link, "leads out")]
    [InlineData("app/disk", "", Device, "neither a file")]
    public async Task Unpack_HostileEntry_IsRefused(string name, string text, int attributes, string reason)
    {
        var refusal = await Should.ThrowAsync<ArchiveException>(() => UnpackAsync(Usual, (name, text, attributes)));

        refusal.Message.ShouldContain(reason);
    }

    [Fact]
    public async Task Unpack_ThroughALink_IsRefused()
    {
        await Should.ThrowAsync<ArchiveException>(() => UnpackAsync(Usual, ("app/sub/", "", 0), ("app/link", "sub", Link), ("app/link/evil", "x", 0)));
    }

    [Fact]
    public async Task Unpack_EndlessListOfContents_IsRefusedBeforeItIsHeld()
    {
        var many = Enumerable.Range(0, 30_000).Select(i => ($"{i:d40}", "", 0)).ToArray();

        var refusal = await Should.ThrowAsync<ArchiveException>(() => UnpackAsync(Usual, many));

        refusal.Message.ShouldContain("names and descriptions");
    }

    private async Task UnpackAsync(ArchiveLimits limits, params (string Name, string Text, int Attributes)[] entries)
    {
        var file = Path.Combine(_root.FullName, "archive.zip");
        await using (var zip = await ZipFile.OpenAsync(file, ZipArchiveMode.Create))
        {
            foreach (var (name, text, attributes) in entries)
            {
                var entry = zip.CreateEntry(name);
                entry.ExternalAttributes = attributes;
                await using var content = await entry.OpenAsync();
                await content.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
            }
        }
        await ZipUnpacker.UnpackAsync(file, Directory.CreateDirectory(Path.Combine(_root.FullName, "out")).FullName, 0, limits, default);
    }
}
