using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Blobs.S3;
using Tatara.Testing;

namespace Tatara.CloudController.Tests.Blobs;

public sealed class S3BlobstoreTests : BlobstoreContract, IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-s3-blobs-").FullName;
    private readonly ManualTimeProvider _time = new(DateTimeOffset.UtcNow);
    private S3Server _server = null!;
    private S3Blobstore _blobs = null!;

    private protected override IBlobstore Blobs => _blobs;

    protected override IReadOnlyList<string> Unfinished => [.. _server.UnfinishedUploads, .. Directory.GetFileSystemEntries(_directory)];

    public async Task InitializeAsync()
    {
        _server = await S3Server.StartAsync();
        _blobs = Create(Options);
    }

    public async Task DisposeAsync()
    {
        _blobs.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private S3Options Options => OptionsOf(_server);

    internal static S3Options OptionsOf(S3Server server) => new()
    {
        Endpoint = server.Endpoint, Bucket = server.Bucket, Prefix = "platform/one", PathStyle = true, AccessKey = server.AccessKey, SecretKey = server.SecretKey,
    };

    [Fact]
    public async Task Prefix_TwoPlatformsInABucket_DoNotSeeEachOther()
    {
        using var other = Create(Options with { Prefix = "platform/on" });
        using var whole = Create(Options with { Prefix = "" });
        await PutAsync("key", "mine");
        await other.PutAsync("key", new MemoryStream([1]));

        (await Blobs.ListAsync("").Select(b => b.Key).ToListAsync()).ShouldBe(["key"]);
        (await other.SizeAsync("key")).ShouldBe(1);
        (await whole.ListAsync("").Select(b => b.Key).ToListAsync()).ShouldBe(["platform/on/key", "platform/one/key"]);
        _server.Objects.ShouldBe(["platform/on/key", "platform/one/key"]);
    }

    [Fact]
    public async Task DownloadUrl_WhoeverHoldsIt_FetchesThatBlobAndNoOther()
    {
        using var http = new HttpClient();
        await PutAsync("packages/ab/cd/mine", "the bits");
        await PutAsync("packages/ab/cd/other", "others' bits");

        var url = Blobs.DownloadUrl("packages/ab/cd/mine", TimeSpan.FromHours(1))!;

        (await http.GetStringAsync(url)).ShouldBe("the bits");
        url.AbsoluteUri.ShouldNotContain(_server.SecretKey);
        url.Query.ShouldContain("X-Amz-Expires=");
        (await http.GetAsync(url.AbsoluteUri.Replace("mine", "other", StringComparison.Ordinal))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await http.GetAsync(url.GetLeftPart(UriPartial.Path))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await http.PutAsync(url, new ByteArrayContent([1]))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await http.GetAsync(Blobs.DownloadUrl("packages/none", TimeSpan.FromHours(1)))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await http.GetAsync(Blobs.DownloadUrl("packages/ab/cd/mine", TimeSpan.FromHours(-1)))).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "it expired");
    }

    [Fact]
    public async Task UserDownloadUrl_Settings_SayWhereTo()
    {
        using var http = new HttpClient();
        await PutAsync("droplets/x", "bits");
        var port = _server.Port;
        using var elsewhere = Create(Options with { PublicEndpoint = new Uri($"http://localhost:{port}") });
        using var none = Create(Options with { RedirectDownloads = false });

        var url = elsewhere.UserDownloadUrl("droplets/x", TimeSpan.FromMinutes(1), "droplet.tgz")!;

        url.Authority.ShouldBe($"localhost:{port}");
        using var response = await http.GetAsync(url);
        (await response.Content.ReadAsStringAsync()).ShouldBe("bits");
        response.Content.Headers.ContentDisposition!.FileName!.Trim('"').ShouldBe("droplet.tgz");
        none.UserDownloadUrl("droplets/x", TimeSpan.FromMinutes(1), "droplet.tgz").ShouldBeNull();
        none.DownloadUrl("droplets/x", TimeSpan.FromMinutes(1)).ShouldNotBeNull("DEAs fetch there all the same");
    }

    [Fact]
    public async Task Any_ServerAway_SaysSoAndRecovers()
    {
        await PutAsync("key", "content");
        await _server.KillAsync();

        await ShouldAllBeUnavailableAsync(_blobs);

        await _server.StartAgainAsync();
        (await ReadAsync("key")).ShouldBe("content"u8.ToArray());
    }

    [Fact]
    public async Task Any_ServerHangs_EndsWithinItsPatience()
    {
        using var blobs = Create(Options with { Patience = TimeSpan.FromMilliseconds(300) });
        await blobs.PutAsync("key", new MemoryStream([1]));
        _server.Hang();

        await ShouldAllBeUnavailableAsync(blobs);

        _server.GoOn();
        (await _blobs.SizeAsync("key")).ShouldBe(1);
    }

    [Fact]
    public async Task OpenAsync_ServerHangsInTheMiddle_EndsWithinItsPatience()
    {
        using var blobs = Create(Options with { Patience = TimeSpan.FromMilliseconds(500) });
        await blobs.PutAsync("key", new MemoryStream(new byte[50_000_000]));
        await using var content = (await blobs.OpenAsync("key"))!;
        _server.Hang();

        await Should.ThrowAsync<BlobstoreUnavailableException>(() => content.Stream.CopyToAsync(Stream.Null));

        _server.GoOn();
    }

    [Fact]
    public async Task PutAsync_ServerKilledInTheMiddle_OldContentStaysAndTheSweepRemovesTheRest()
    {
        await PutAsync("key", "old");
        var killed = new KillingStream(20_000_000, () => _server.KillAsync());

        await Should.ThrowAsync<BlobstoreUnavailableException>(() => Blobs.PutAsync("key", killed));
        await _server.StartAgainAsync();

        (await ReadAsync("key")).ShouldBe("old"u8.ToArray());
        _server.UnfinishedUploads.Count.ShouldBe(1);
        await Blobs.RemoveLeftoversAsync();
        _server.UnfinishedUploads.Count.ShouldBe(1, "somebody may be working on it");
        _time.Advance(TimeSpan.FromHours(25));
        await Blobs.RemoveLeftoversAsync();
        _server.UnfinishedUploads.ShouldBeEmpty();
        (await ReadAsync("key")).ShouldBe("old"u8.ToArray());
    }

    [Fact]
    public async Task OpenSeekableAsync_ServerKilledInTheMiddle_SaysSoAndLeavesNothing()
    {
        await Blobs.PutAsync("key", new MemoryStream(RandomNumberGenerator.GetBytes(50_000_000)));
        await using (var content = (await Blobs.OpenAsync("key"))!)
        {
            await content.Stream.ReadExactlyAsync(new byte[1000]);
            await _server.KillAsync();
            await Should.ThrowAsync<BlobstoreUnavailableException>(() => content.Stream.CopyToAsync(Stream.Null));
        }
        await Should.ThrowAsync<BlobstoreUnavailableException>(() => Blobs.OpenSeekableAsync("key"));

        Directory.GetFileSystemEntries(_directory).ShouldBeEmpty();
    }

    [Fact]
    public async Task Any_WrongSecret_SaysWhatTheStoreSaysAndNotTheSecret()
    {
        using var blobs = Create(Options with { SecretKey = "wrong-secret" });

        var error = await Should.ThrowAsync<BlobstoreUnavailableException>(() => blobs.PutAsync("key", new MemoryStream([1])));

        error.Message.ShouldBe($"The blobstore s3://tatara-test/platform/one at {_server.Endpoint.GetLeftPart(UriPartial.Authority)} is not available: it answers 403 SignatureDoesNotMatch.");
        error.ToString().ShouldNotContain("wrong-secret");
        (Options with { SecretKey = "wrong-secret" }).ToString().ShouldNotContain("wrong-secret");
    }

    [Fact]
    public async Task Any_NoSuchBucket_IsAMistakeAndNoMissingBlob()
    {
        using var blobs = Create(Options with { Bucket = "other-bucket" });

        (await Should.ThrowAsync<BlobstoreUnavailableException>(() => blobs.OpenAsync("key"))).Message.ShouldContain("NoSuchBucket");
        await Should.ThrowAsync<BlobstoreUnavailableException>(() => blobs.ListAsync("").ToListAsync().AsTask());
    }

    private S3Blobstore Create(S3Options options) => new(options, new TemporaryBlobs(_directory), _time, NullLogger<S3Blobstore>.Instance);

    private static async Task ShouldAllBeUnavailableAsync(S3Blobstore blobs)
    {
        Func<Task>[] all =
        [
            () => blobs.PutAsync("new", new MemoryStream([1])), () => blobs.PutAsync("large", new MemoryStream(new byte[10_000_000])),
            () => blobs.OpenAsync("key"), () => blobs.OpenSeekableAsync("key"), () => blobs.SizeAsync("key"), () => blobs.CopyAsync("key", "to"),
            () => blobs.MoveAsync("other", "to"), () => blobs.ListAsync("").ToListAsync().AsTask(), () => blobs.DeleteAsync("other"), () => blobs.DeleteAllAsync("others"),
        ];
        await Task.WhenAll(all.Select(call => Should.ThrowAsync<BlobstoreUnavailableException>(call)));
        await blobs.RemoveLeftoversAsync(); // It goes on without.
    }

    /// <summary>Does something when most of it was read.</summary>
    private sealed class KillingStream(int bytes, Func<Task> kill) : MemoryStream(new byte[bytes])
    {
        private Func<Task>? _kill = kill;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > Length / 2 && Interlocked.Exchange(ref _kill, null) is { } act) await act();
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
