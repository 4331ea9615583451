using System.IO.Compression;
using System.Security.Cryptography;
using Tatara.CloudController.Packages;

namespace Tatara.CloudController.Tests.Packages;

public sealed class PackageArchiveTests
{
    private static readonly PackageLimits Limits = new() { MaxUnpackedBytes = 1 << 20, MaxEntries = 100 };

    [Fact]
    public void Check_GoodArchive_ListsWhatIsInIt()
    {
        using var archive = Check(new ZipBuilder().Folder("bin").File("bin/run", "#!", Convert.ToInt32("100755", 8)).Link("run", "bin/run"));

        archive.Entries.Select(e => (e.Path, e.Kind, Convert.ToString(e.Mode, 8))).ShouldBe([
            ("bin", EntryKind.Folder, "755"), ("bin/run", EntryKind.File, "755"), ("run", EntryKind.Link, "777")]);
        archive.Entries.Single(e => e.Path == "bin/run").Sha1.ShouldBe(Convert.ToHexStringLower(SHA1.HashData("#!"u8)));
        archive.IsPlain.ShouldBeTrue();
    }

    /// <summary>Clients that know only permissions have zip libraries mark their folders as files.</summary>
    [Fact]
    public void Check_FolderMarkedAsFile_IsAFolder()
    {
        using var archive = Check(new ZipBuilder().File("bin/", [], Convert.ToInt32("100755", 8)).File("bin/run"));

        archive.Entries.Single(e => e.Path == "bin").Kind.ShouldBe(EntryKind.Folder);
        archive.IsPlain.ShouldBeFalse();
    }

    [Theory]
    [InlineData("/etc/passwd", "is absolute")]
    [InlineData("../out", "climbs with '..'")]
    [InlineData("a/../../out", "climbs with '..'")]
    [InlineData("a/..", "climbs with '..'")]
    [InlineData("a\\..\\..\\out", "backslash")]
    [InlineData("a\nb", "control character")]
    [InlineData("a\0b", "control character")]
    public void Check_NameThatIsNone_IsRefused(string name, string why) => Refused(new ZipBuilder().File(name), why);

    [Fact]
    public void Check_NameTooLong_IsRefused()
    {
        Refused(new ZipBuilder().File(new string('n', 256)), "longer than 255 bytes");
        Refused(new ZipBuilder().File(string.Join('/', Enumerable.Repeat("folder", 600))), "longer than 3800 bytes");
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../out")]
    [InlineData("a/../../out")]
    public void Check_LinkOut_IsRefused(string target) => Refused(new ZipBuilder().File("a/f").Link("link", target), "leads out of the app");

    [Fact]
    public void Check_LinkOutThroughALink_IsRefused() =>
        Refused(new ZipBuilder().File("d1/d2/f").Link("d1/d2/up", "../..").Link("z", "d1/d2/up/../.."), "leads out of the app");

    [Fact]
    public void Check_LinksInside_AreFine()
    {
        using var archive = Check(new ZipBuilder().File("lib/v1/f").Link("lib/now", "v1").Link("f", "lib/now/../v1/f").Link("loop", "loop"));

        archive.Entries.Count(e => e.Kind == EntryKind.Link).ShouldBe(3);
    }

    [Fact]
    public void Check_EntryBelowALink_IsRefused() =>
        Refused(new ZipBuilder().File("real/f").Link("link", "real").File("link/evil"), "which is a link");

    [Fact]
    public void Check_EntryBelowAFile_IsRefused() => Refused(new ZipBuilder().File("a").File("a/b"), "which is a file");

    [Theory]
    [InlineData("20644")] // character device
    [InlineData("60644")] // block device
    [InlineData("10644")] // pipe
    [InlineData("140644")] // socket
    public void Check_Device_IsRefused(string mode) =>
        Refused(new ZipBuilder().File("dev", "x", Convert.ToInt32(mode, 8)), "neither a file, a folder nor a link");

    [Fact]
    public void Check_SameNameTwice_IsRefused()
    {
        Refused(new ZipBuilder().File("a").File("a"), "is there twice");
        Refused(new ZipBuilder().File("a/b").File("./a//b"), "is there twice");
    }

    [Fact]
    public void Check_UnpacksToTooMuch_IsRefused() => Refused(new ZipBuilder().File("zeros", new byte[(1 << 20) + 1]), "unpacks to more than 1 MB");

    [Fact]
    public void Check_TooMuchInAll_IsRefused() =>
        Refused(new ZipBuilder().File("a", new byte[600_000]).File("b", new byte[600_000]), "unpacks to more than 1 MB");

    [Fact]
    public void Check_TooManyEntries_IsRefused()
    {
        var zip = new ZipBuilder();
        for (var i = 0; i <= 100; i++) zip.File($"f{i}");

        Refused(zip, "more than 100 entries");
    }

    [Fact]
    public void Check_ListOfContentsTooLong_IsRefusedBeforeItIsRead()
    {
        var zip = new ZipBuilder();
        for (var i = 0; i < 50; i++) zip.File($"f{i}");

        Should.Throw<PackageInvalidException>(() => PackageArchive.Check(zip.Build(), Limits with { MaxDirectoryBytes = 1000 }, default))
            .Message.ShouldContain("list of contents");
    }

    [Fact]
    public void Check_CutOff_IsRefused()
    {
        var whole = new ZipBuilder().File("a", RandomNumberGenerator.GetBytes(10_000)).Build().ToArray();

        foreach (var length in new[] { 0, 3, 21, 22, 5_000, whole.Length - 1 })
            Should.Throw<PackageInvalidException>(() => PackageArchive.Check(new MemoryStream(whole[..length]), Limits, default));
    }

    [Fact]
    public void Check_SizeOfTheHeaderIsALie_IsRefused()
    {
        var zip = new ZipBuilder().File("zeros", new byte[100_000]).Build().ToArray();
        var entry = zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BitConverter.TryWriteBytes(zip.AsSpan(entry + 24), 10);

        Should.Throw<PackageInvalidException>(() => PackageArchive.Check(new MemoryStream(zip), Limits, default));
    }

    [Fact]
    public void Check_ContentChanged_IsRefused()
    {
        var stream = new MemoryStream();
        using (var writer = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = writer.CreateEntry("f", CompressionLevel.NoCompression).Open())
            entry.Write("hello world"u8);
        var zip = stream.ToArray();
        zip[zip.AsSpan().IndexOf("hello"u8)] = (byte)'J';

        Should.Throw<PackageInvalidException>(() => PackageArchive.Check(new MemoryStream(zip), Limits, default)).Message.ShouldContain("damaged");
    }

    [Fact]
    public void Check_RandomDamage_NeverFailsInAnyOtherWay()
    {
        var whole = new ZipBuilder().Folder("d").File("d/f", "some content").Link("l", "d/f").Build().ToArray();
        var dice = new Random(4711);
        for (var round = 0; round < 3_000; round++)
        {
            var zip = whole.ToArray();
            for (var i = 0; i <= round % 4; i++) zip[dice.Next(zip.Length)] = (byte)dice.Next(256);
            try
            {
                PackageArchive.Check(new MemoryStream(zip), Limits, default).Dispose();
            }
            catch (PackageInvalidException)
            {
            }
        }
    }

    [Theory]
    [InlineData("104755", "755")] // set-user-id
    [InlineData("101777", "777")] // sticky
    [InlineData("100000", "644")] // nobody may read it
    [InlineData("100200", "600")] // its owner may not read it
    public void Check_OddMode_IsMadePlain(string mode, string expected)
    {
        using var archive = Check(new ZipBuilder().File("f", "x", Convert.ToInt32(mode, 8)));

        Convert.ToString(archive.Entries.Single().Mode, 8).ShouldBe(expected);
        archive.IsPlain.ShouldBeFalse();
    }

    private static PackageArchive Check(ZipBuilder zip) => PackageArchive.Check(zip.Build(), Limits, default);

    private static void Refused(ZipBuilder zip, string why) =>
        Should.Throw<PackageInvalidException>(() => Check(zip)).Message.ShouldContain(why);
}
