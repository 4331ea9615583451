using System.IO.Compression;
using Tatara.Cli.Upload;

namespace Tatara.Cli.Tests.Upload;

public sealed class AppFilesTests
{
    private const int Executable = 0b111_101_101;

    [Fact]
    public void AppDirectory_FilesLinksAndDirectories_AreAllFoundWithModes()
    {
        using var app = new TemporaryDirectory();
        app.File("run.sh", "#!/bin/sh\n", Executable);
        app.File("lib/a.rb", "puts 1");
        Directory.CreateDirectory(Path.Combine(app.Path, "empty"));
        File.CreateSymbolicLink(Path.Combine(app.Path, "current"), "lib/a.rb");
        File.CreateSymbolicLink(Path.Combine(app.Path, "loop"), ".");
        File.CreateSymbolicLink(Path.Combine(app.Path, "broken"), "nowhere");
        app.File(".git/HEAD", "x");

        using var files = new AppDirectory(app.Path, []);

        files.Files.Select(file => (file.Path, file.Kind)).ShouldBe([
            ("broken", AppFileKind.Link),
            ("current", AppFileKind.Link),
            ("empty", AppFileKind.Directory),
            ("lib", AppFileKind.Directory),
            ("lib/a.rb", AppFileKind.File),
            ("loop", AppFileKind.Link),
            ("run.sh", AppFileKind.File),
        ]);
        var script = files.Files[^1];
        script.Mode.ShouldBe(Executable);
        script.Size.ShouldBe(10);
        script.Sha1.ShouldBe("bd971bec88149956458a10fc9c5ecb3eb99dd452");
    }

    [Fact]
    public void AppDirectory_OnlyIgnoredFiles_SaysThatThereIsNothing()
    {
        using var app = new TemporaryDirectory();
        app.File("manifest.yml", "applications: []");

        Should.Throw<CfException>(() => new AppDirectory(app.Path, [])).Message.ShouldBe($"No app files found in '{app.Path}'");
    }

    [Fact]
    public void AppDirectory_CfignoreAndTraceFile_AreObeyed()
    {
        using var app = new TemporaryDirectory();
        app.File(".cfignore", "node_modules/\n*.log\n!keep.log\n");
        app.File("node_modules/x/index.js", "1");
        app.File("a.log", "1");
        app.File("keep.log", "1");
        app.File("index.html", "1");
        var trace = app.File("trace.txt", "1");

        using var files = new AppDirectory(app.Path, [trace]);

        files.Files.Select(file => file.Path).ShouldBe(["index.html", "keep.log"]);
    }

    [Fact]
    public async Task Zip_Directory_KeepsModesLinksAndEmptyDirectories()
    {
        using var app = new TemporaryDirectory();
        app.File("run.sh", "#!/bin/sh\n", Executable);
        app.File("old", "1");
        File.SetLastWriteTimeUtc(Path.Combine(app.Path, "old"), new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Directory.CreateDirectory(Path.Combine(app.Path, "empty"));
        File.CreateSymbolicLink(Path.Combine(app.Path, "link"), "run.sh");
        using var files = new AppDirectory(app.Path, []);

        await using var stream = await AppZip.CreateAsync(files, files.Files, CancellationToken.None);

        using var zip = new ZipArchive(stream);
        zip.Entries.Select(entry => (entry.FullName, Mode: Convert.ToString((uint)entry.ExternalAttributes >> 16, 8)))
            .ShouldBe([("empty/", "40755"), ("link", "120777"), ("old", "100644"), ("run.sh", "100755")]);
        new StreamReader(zip.GetEntry("link")!.Open()).ReadToEnd().ShouldBe("run.sh");
        Directory.GetFiles(Path.GetTempPath(), "cf-*.zip").ShouldNotContain(stream.Name);
    }

    [Fact]
    public async Task Zip_FileChangedSinceHashed_IsRefused()
    {
        using var app = new TemporaryDirectory();
        var path = app.File("app.rb", "one");
        using var files = new AppDirectory(app.Path, []);
        await File.WriteAllTextAsync(path, "two");

        var error = await Should.ThrowAsync<CfException>(() => AppZip.CreateAsync(files, files.Files, CancellationToken.None));

        error.Message.ShouldStartWith("Aborting push: File app.rb has been modified since the start of push.");
    }

    [Fact]
    public async Task AppArchive_ZipWithIgnoredAndModes_IsRepackedWithoutThem()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "app.zip");
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            Write(zip, ".cfignore", "secret.txt");
            Write(zip, "secret.txt", "x");
            zip.CreateEntry("lib/");
            Write(zip, "lib/run", "y").ExternalAttributes = 0b1000_000_111_101_101 << 16;
        }

        using var files = new AppArchive(path);
        await using var stream = await AppZip.CreateAsync(files, files.Files, CancellationToken.None);

        using var repacked = new ZipArchive(stream);
        repacked.Entries.Select(entry => (entry.FullName, Mode: Convert.ToString((uint)entry.ExternalAttributes >> 16, 8)))
            .ShouldBe([("lib/", "40755"), ("lib/run", "100755")]);
    }

    [Fact]
    public void AppArchive_NotAZip_SaysSo()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("app.zip", "no zip at all");

        Should.Throw<CfException>(() => new AppArchive(path)).Message.ShouldStartWith($"'{path}' is neither a directory nor a readable zip file");
    }

    private static ZipArchiveEntry Write(ZipArchive zip, string name, string content)
    {
        var entry = zip.CreateEntry(name);
        using var writer = new StreamWriter(entry.Open());
        writer.Write(content);
        return entry;
    }
}
