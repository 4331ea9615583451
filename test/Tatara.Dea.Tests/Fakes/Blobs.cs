using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tatara.Dea.Tests.Fakes;

/// <summary>Cloud Controller's blobs over real HTTP: GET gives, POST takes.</summary>
internal sealed class Blobs : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new();

    private Blobs(WebApplication app) => _app = app;

    public int Downloads { get; private set; }
    public ConcurrentDictionary<string, string> UploadedSha1 { get; } = new();

    public static async Task<Blobs> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        var app = builder.Build();
        var blobs = new Blobs(app);
        app.MapGet("/{name}", blobs.Give);
        app.MapPost("/{name}", blobs.TakeAsync);
        await app.StartAsync();
        return blobs;
    }

    public string UrlOf(string name) => $"{_app.Urls.First()}/{name}";

    public byte[]? this[string name]
    {
        get => _blobs.GetValueOrDefault(name);
        set => _blobs[name] = value!;
    }

    /// <summary>Puts a droplet there and returns its SHA-1.</summary>
    public string AddDroplet(string name, params (string Path, string Text)[] files)
    {
        _blobs[name] = TarGz(files);
        return Sha1(_blobs[name]);
    }

    public static string Sha1(byte[] bytes) => Convert.ToHexStringLower(SHA1.HashData(bytes));

    public static byte[] TarGz(params (string Path, string Text)[] files)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            foreach (var (path, text) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { ModificationTime = DateTimeOffset.UnixEpoch, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }
        return bytes.ToArray();
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private IResult Give(string name)
    {
        Downloads++;
        return _blobs.TryGetValue(name, out var bytes) ? Results.Bytes(bytes) : Results.NotFound();
    }

    private async Task<IResult> TakeAsync(string name, HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        _blobs[name] = body.ToArray();
        UploadedSha1[name] = request.Headers["X-Tatara-Sha1"].ToString();
        return Results.StatusCode(StatusCodes.Status201Created);
    }
}
