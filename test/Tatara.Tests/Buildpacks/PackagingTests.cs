using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using Tatara.Buildpacks;
using Tatara.Configuration;

namespace Tatara.Tests.Buildpacks;

/// <summary>Making a buildpack's zip out of its scripts and its runtimes.</summary>
public sealed class PackagingTests : IDisposable
{
    private const string Manifest = """
        # What it is.
        language: tiny
        display_name: Tiny
        dependencies:
          # The first one.
          - name: tiny
            version: 1.0.0
            stacks: [bookworm]
            uri: URI
            sha256: SUM
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-packaging-").FullName;
    private readonly HttpListener _server = new();
    private readonly byte[] _runtime = [1, 2, 3, 4];
    private readonly string _address;
    private int _downloads;

    public PackagingTests()
    {
        Write("sources/detection-order", "tiny\n");
        Write("sources/lib/buildpack.sh", "# shared\n");
        Write("sources/tiny/bin/detect", "#!/bin/bash\n");
        Write("sources/tiny/lib/tiny.sh", "# its own\n");
        _address = $"http://127.0.0.1:{Testing.NatsServer.FreePort()}/";
        _server.Prefixes.Add(_address);
        _server.Start();
        _ = ServeAsync();
        WriteManifest(Sum(_runtime));
    }

    private string ManifestFile => Path.Combine(_directory, "sources/tiny/manifest.yml");
    private string Target => Path.Combine(_directory, "target");

    public void Dispose()
    {
        _server.Close();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Package_WithARuntime_HasScriptsBothLibrariesAndTheRuntime()
    {
        (await PackageAsync()).ShouldBeTrue();

        using var zip = ZipFile.OpenRead(Path.Combine(Target, "01-tiny_buildpack.zip"));
        zip.Entries.Select(e => e.FullName).ShouldBe(
            ["bin/detect", "lib/buildpack.sh", "lib/tiny.sh", "manifest.yml", "VERSION", "dependencies.tsv", $"dependencies/tiny-1.0.0-{Sum(_runtime)[..16]}.tar.gz"], ignoreOrder: true);
        using var table = new StreamReader(zip.GetEntry("dependencies.tsv")!.Open());
        (await table.ReadToEndAsync()).ShouldBe($"tiny\t1.0.0\tbookworm\t{Sum(_runtime)}\ttiny-1.0.0-{Sum(_runtime)[..16]}.tar.gz\n");
    }

    [Fact]
    public async Task Package_Again_IsDoneOnlyWhenSourcesChanged_AndDownloadsNothingAnew()
    {
        await PackageAsync();
        (await PackageAsync()).ShouldBeFalse();

        Write("sources/lib/buildpack.sh", "# shared, changed\n");

        (await PackageAsync()).ShouldBeTrue();
        _downloads.ShouldBe(1);
    }

    [Fact]
    public async Task Package_RuntimeIsNotWhatTheManifestSays_IsRefusedAndNotKept()
    {
        WriteManifest(new string('0', 64));

        (await Should.ThrowAsync<SetupException>(PackageAsync)).Message.ShouldContain($"the download's checksum is {Sum(_runtime)}, the manifest says {new string('0', 64)}");

        Directory.GetFiles(Target, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Package_RuntimeCannotBeDownloaded_SaysWhichAddress()
    {
        _server.Stop();

        (await Should.ThrowAsync<SetupException>(PackageAsync)).Message.ShouldContain($"{_address}tiny.tar.gz cannot be downloaded");
    }

    [Fact]
    public async Task Package_OrderChanged_LeavesNoZipUnderItsOldNumber()
    {
        await PackageAsync();
        Write("sources/detection-order", "before\ntiny\n");

        await PackageAsync();

        Directory.GetFiles(Target, "*.zip").Select(Path.GetFileName).ShouldBe(["02-tiny_buildpack.zip"]);
    }

    [Fact]
    public void Add_ToAManifest_KeepsWhatIsThere()
    {
        BuildpackManifest.Add(ManifestFile, Added("2.0.0"));

        File.ReadAllText(ManifestFile).ShouldStartWith("# What it is.\n");
        File.ReadAllText(ManifestFile).ShouldContain("  # The first one.\n");
        BuildpackManifest.Load(ManifestFile).Dependencies.Select(d => d.Version).ShouldBe(["1.0.0", "2.0.0"]);
    }

    [Theory]
    [InlineData("1.0.0", "has tiny 1.0.0 already")]
    [InlineData("2.0.0\n  - evil: yes", "letters, digits and .-_+ only")]
    public void Add_WhatCannotBe_LeavesTheManifestAsItWas(string version, string why)
    {
        var before = File.ReadAllText(ManifestFile);

        Should.Throw<SetupException>(() => BuildpackManifest.Add(ManifestFile, Added(version))).Message.ShouldContain(why);

        File.ReadAllText(ManifestFile).ShouldBe(before);
    }

    [Fact]
    public void Add_DependenciesAreNotLast_LeavesTheManifestAsItWas()
    {
        File.WriteAllText(ManifestFile, File.ReadAllText(ManifestFile).Replace("language: tiny\n", "") + "language: tiny\n");
        var before = File.ReadAllText(ManifestFile);

        Should.Throw<SetupException>(() => BuildpackManifest.Add(ManifestFile, Added("2.0.0"))).Message.ShouldContain("does not end with its dependencies");

        File.ReadAllText(ManifestFile).ShouldBe(before);
    }

    [Fact]
    public void Load_TheSameVersionTwice_IsRefused()
    {
        File.AppendAllText(ManifestFile, "\n" + string.Join('\n', Manifest.Split('\n')[5..]).Replace("URI", _address).Replace("SUM", new string('1', 64)) + "\n");

        Should.Throw<SetupException>(() => BuildpackManifest.Load(ManifestFile)).Message.ShouldContain("tiny 1.0.0 is there twice");
    }

    private Dependency Added(string version) => new() { Name = "tiny", Version = version, Stacks = ["bookworm"], Uri = _address + "tiny.tar.gz", Sha256 = new string('a', 64) };

    private Task<bool> PackageAsync() => new BuildpackPackager(Path.Combine(_directory, "sources"), Target).PackageAsync("tiny", default);

    private void WriteManifest(string sum) => Write("sources/tiny/manifest.yml", Manifest.Replace("URI", _address + "tiny.tar.gz").Replace("SUM", sum) + "\n");

    private void Write(string name, string text)
    {
        var file = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private static string Sum(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private async Task ServeAsync()
    {
        while (_server.IsListening)
        {
            try
            {
                var context = await _server.GetContextAsync();
                Interlocked.Increment(ref _downloads);
                await context.Response.OutputStream.WriteAsync(_runtime);
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
