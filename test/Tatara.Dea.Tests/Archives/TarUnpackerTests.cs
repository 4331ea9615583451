using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Tatara.Dea.Archives;

namespace Tatara.Dea.Tests.Archives;

public sealed class TarUnpackerTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("tar-test-");

    public void Dispose() => _root.Delete(recursive: true);

    private static PaxTarEntry Entry(TarEntryType type, string name, string? link = null, string? text = null, UnixFileMode? mode = null)
    {
        var entry = new PaxTarEntry(type, name) { Mode = mode ?? (UnixFileMode)0x1ED };
        if (link is not null) entry.LinkName = link;
        if (text is not null) entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return entry;
    }

    private async Task<long> UnpackAsync(ArchiveLimits limits, params PaxTarEntry[] entries)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
            foreach (var entry in entries) tar.WriteEntry(entry);
        bytes.Position = 0;
        return await TarUnpacker.UnpackAsync(bytes, _root.FullName, 0, limits, default);
    }

    private static byte[] RawHeader(char type, int size)
    {
        var header = new byte[512];
        void Put(int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);
        Put(0, "name");
        Put(100, "0000644\0");
        Put(108, "0000000\0");
        Put(116, "0000000\0");
        Put(124, Convert.ToString(size, 8).PadLeft(11, '0') + "\0");
        Put(136, "00000000000\0");
        Put(148, "        ");
        header[156] = (byte)type;
        Put(257, type is 'L' or 'K' ? "ustar  \0" : "ustar\000");
        Put(148, Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ");
        return header;
    }

    private static readonly ArchiveLimits Usual = new(1000, 100, AbsoluteLinks: true);

    [Fact]
    public async Task Unpack_UsualTree_IsThere()
    {
        var bytes = await UnpackAsync(Usual,
            Entry(TarEntryType.Directory, "./app/"),
            Entry(TarEntryType.RegularFile, "./app/run", text: "hello", mode: (UnixFileMode)0x1C0),
            Entry(TarEntryType.SymbolicLink, "./app/link", "../deps/0/bin/ruby"),
            Entry(TarEntryType.SymbolicLink, "./app/absolute", "/usr/bin/ruby"),
            Entry(TarEntryType.HardLink, "./app/same", "./app/run"));

        bytes.ShouldBe(5);
        File.GetUnixFileMode(Path.Combine(_root.FullName, "app/run")).ShouldBe((UnixFileMode)0x1C0);
        File.ReadAllText(Path.Combine(_root.FullName, "app/same")).ShouldBe("hello");
        new FileInfo(Path.Combine(_root.FullName, "app/absolute")).LinkTarget.ShouldBe("/usr/bin/ruby");
    }

    [Fact]
    public async Task Unpack_SameNameAgain_TheLastIsThereAndWhatItLinkedToIsUntouched()
    {
        await UnpackAsync(Usual,
            Entry(TarEntryType.RegularFile, "kept", text: "kept"),
            Entry(TarEntryType.SymbolicLink, "name", "kept"),
            Entry(TarEntryType.RegularFile, "name", text: "first"),
            Entry(TarEntryType.RegularFile, "name", text: "second"));

        File.ReadAllText(Path.Combine(_root.FullName, "name")).ShouldBe("second");
        File.ReadAllText(Path.Combine(_root.FullName, "kept")).ShouldBe("kept");
    }

    [Fact]
    public async Task Unpack_SetUserIdBit_IsDropped()
    {
        await UnpackAsync(Usual, Entry(TarEntryType.RegularFile, "su", text: "x", mode: UnixFileMode.SetUser | UnixFileMode.UserRead));

        File.GetUnixFileMode(Path.Combine(_root.FullName, "su")).ShouldBe(UnixFileMode.UserRead);
    }

    public static TheoryData<string, TarEntryType, string, string?> Hostile { get; } = new()
    {
        { "absolute path", TarEntryType.RegularFile, "/etc/passwd", null },
        { "climbs with '..'", TarEntryType.RegularFile, "app/../../x", null },
        { "leads out", TarEntryType.SymbolicLink, "app/link", "../../x" },
        { "no file of the archive", TarEntryType.HardLink, "app/link", "app/missing" },
        { "climbs with '..'", TarEntryType.HardLink, "app/link", "../../etc/passwd" },
        { "absolute path", TarEntryType.HardLink, "app/link", "/etc/passwd" },
        { "which is neither", TarEntryType.CharacterDevice, "null", null },
        { "which is neither", TarEntryType.Fifo, "pipe", null },
        { "more than 255 bytes", TarEntryType.RegularFile, new string('x', 300), null },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Unpack_HostileEntry_IsRefused(string reason, TarEntryType type, string name, string? link)
    {
        var refusal = await Should.ThrowAsync<ArchiveException>(() => UnpackAsync(Usual, Entry(type, name, link)));

        refusal.Message.ShouldContain(reason);
    }

    [Fact]
    public async Task Unpack_ThroughALink_IsRefused()
    {
        var outside = Directory.CreateTempSubdirectory("outside-");

        await Should.ThrowAsync<ArchiveException>(() => UnpackAsync(Usual,
            Entry(TarEntryType.SymbolicLink, "app", outside.FullName), Entry(TarEntryType.RegularFile, "app/evil", text: "x")));

        outside.GetFileSystemInfos().ShouldBeEmpty();
        outside.Delete();
    }

    [Fact]
    public async Task Unpack_LinkOverADirectory_IsRefused()
    {
        await Should.ThrowAsync<ArchiveException>(() => UnpackAsync(Usual,
            Entry(TarEntryType.Directory, "app"), Entry(TarEntryType.SymbolicLink, "app", "/etc"), Entry(TarEntryType.RegularFile, "app/evil", text: "x")));
    }

    [Fact]
    public async Task Unpack_TooMuchOrTooMany_IsRefused()
    {
        (await Should.ThrowAsync<ArchiveException>(() => UnpackAsync(new(10, 100, true), Entry(TarEntryType.RegularFile, "a", text: new string('x', 11)))))
            .Message.ShouldContain("unpacks to more than");
        (await Should.ThrowAsync<ArchiveException>(() => UnpackAsync(new(10, 1, true), Entry(TarEntryType.Directory, "b"), Entry(TarEntryType.Directory, "c"))))
            .Message.ShouldContain("more than 1 entries");
    }

    // Packed, it is some kilobytes; a reader would take a gigabyte to hold it.
    [Theory]
    [InlineData('x')]
    [InlineData('g')]
    [InlineData('L')]
    [InlineData('K')]
    public async Task Unpack_HeaderThatClaimsAGigabyte_IsRefused(char type)
    {
        const int size = 1 << 30;
        using var bytes = new MemoryStream();
        await using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(RawHeader(type, size));
            for (var i = 0; i < 64; i++) gzip.Write(new byte[1 << 20]);
        }
        bytes.Position = 0;

        var refusal = await Should.ThrowAsync<ArchiveException>(() => TarUnpacker.UnpackAsync(bytes, _root.FullName, 0, Usual, default));

        refusal.Message.ShouldContain("names and descriptions");
    }

    [Fact]
    public async Task Unpack_LargeFilesOneAfterTheOther_AreNoDescriptions()
    {
        var bytes = await UnpackAsync(new(100 << 20, 100, true), [.. Enumerable.Range(0, 5).Select(i => Entry(TarEntryType.RegularFile, $"file{i}", text: new string('x', 3 << 20)))]);

        bytes.ShouldBe(15 << 20);
    }

    [Fact]
    public async Task Unpack_DeepTree_IsThereAndCanBeRemoved()
    {
        var inner = Path.Combine(_root.FullName, "inner");
        var path = string.Concat(Enumerable.Repeat("directory/", 255)) + "file";

        await UnpackAsync(new(1000, 10_000, true), Entry(TarEntryType.RegularFile, "inner/" + path[10..], text: "x"));

        File.ReadAllText(Path.Combine(inner, path[10..])).ShouldBe("x");
        Directory.Delete(inner, recursive: true);
        Directory.Exists(inner).ShouldBeFalse();
    }

    [Theory]
    [InlineData("d/", 300, "directories deep")]
    [InlineData("directory/", 400, "no valid name")]
    [InlineData("ééééééééé/", 200, "no valid name")]
    public async Task Unpack_TooDeepOrTooLong_IsRefused(string directory, int times, string reason)
    {
        var refusal = await Should.ThrowAsync<ArchiveException>(() => UnpackAsync(Usual, Entry(TarEntryType.RegularFile, string.Concat(Enumerable.Repeat(directory, times)) + "file", text: "x")));

        refusal.Message.ShouldContain(reason);
    }

    [Fact]
    public async Task Unpack_NoArchiveOrHalfOfOne_IsRefused()
    {
        await Should.ThrowAsync<ArchiveException>(() => TarUnpacker.UnpackAsync(new MemoryStream("no archive"u8.ToArray()), _root.FullName, 0, Usual, default));

        var whole = Fakes.Blobs.TarGz([("a", new string('a', 900)), ("b", string.Concat(Enumerable.Range(0, 200)))]);
        await Should.ThrowAsync<ArchiveException>(() => TarUnpacker.UnpackAsync(new MemoryStream(whole[..(whole.Length / 2)]), _root.FullName, 0, Usual, default));
    }
}
