using System.Security.Cryptography;
using System.Text;
using Tatara.CloudController.Blobs;

namespace Tatara.CloudController.Tests.Blobs;

/// <summary>What every blobstore keeps to.</summary>
public abstract class BlobstoreContract
{
    /// <summary>Larger than two parts of an upload.</summary>
    private const int Large = 20_000_001;

    private protected abstract IBlobstore Blobs { get; }

    /// <summary>What writers have left unfinished.</summary>
    protected abstract IReadOnlyList<string> Unfinished { get; }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    [InlineData(8 << 20)]
    [InlineData(Large)]
    public async Task PutAsync_Content_IsReadBackWithItsHashes(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);

        var info = await Blobs.PutAsync("a/b/c", new TrickleStream(bytes));

        info.ShouldBe(new BlobInfo("a/b/c", size, Convert.ToHexStringLower(SHA1.HashData(bytes)), Convert.ToHexStringLower(SHA256.HashData(bytes))));
        (await ReadAsync("a/b/c")).ShouldBe(bytes);
        (await Blobs.SizeAsync("a/b/c")).ShouldBe(size);
        Unfinished.ShouldBeEmpty();
    }

    [Fact]
    public async Task OpenSeekableAsync_Blob_IsReadInAnyOrder()
    {
        await PutAsync("key", "0123456789");

        await using var content = (await Blobs.OpenSeekableAsync("key"))!;
        content.Length.ShouldBe(10);
        content.Seek(-3, SeekOrigin.End);
        content.ReadByte().ShouldBe('7');
        content.Position = 2;
        content.ReadByte().ShouldBe('2');

        // Who reads goes on reading, whatever becomes of the blob.
        await PutAsync("key", "other");
        await Blobs.DeleteAsync("key");
        content.ReadByte().ShouldBe('3');
    }

    [Fact]
    public async Task Any_BlobThatIsNotThere_IsNull()
    {
        (await Blobs.OpenAsync("no/thing")).ShouldBeNull();
        (await Blobs.OpenSeekableAsync("no/thing")).ShouldBeNull();
        (await Blobs.SizeAsync("no/thing")).ShouldBeNull();
        (await Blobs.MoveAsync("no/thing", "some/thing")).ShouldBeFalse();
        (await Blobs.CopyAsync("no/thing", "some/thing")).ShouldBeFalse();
        await Blobs.DeleteAsync("no/thing");
        await Blobs.DeleteAllAsync("no");
        (await Blobs.ListAsync("no").ToListAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(Large)]
    public async Task PutAsync_SourceBreaks_OldContentStaysAndNothingIsLeft(int size)
    {
        await PutAsync("key", "old");

        await Should.ThrowAsync<IOException>(() => Blobs.PutAsync("key", new BrokenStream(size)));

        Encoding.UTF8.GetString((await ReadAsync("key"))!).ShouldBe("old");
        Unfinished.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(11)]
    [InlineData(Large)]
    public async Task PutAsync_LargerThanAllowed_IsRefusedAndNothingIsLeft(int size)
    {
        await Should.ThrowAsync<BlobTooLargeException>(() => Blobs.PutAsync("key", new MemoryStream(new byte[size]), maxBytes: size - 1));

        (await Blobs.SizeAsync("key")).ShouldBeNull();
        Unfinished.ShouldBeEmpty();
        await Blobs.PutAsync("key", new MemoryStream(new byte[size]), maxBytes: size);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(Large)]
    public async Task PutAsync_OtherChecksum_IsRefusedAndNothingIsLeft(int size)
    {
        var content = new byte[size];
        var expected = Convert.ToHexStringLower(SHA1.HashData("whole"u8));

        await Should.ThrowAsync<BlobChecksumException>(() => Blobs.PutAsync("key", new MemoryStream(content), expectedSha1: expected));

        (await Blobs.SizeAsync("key")).ShouldBeNull();
        Unfinished.ShouldBeEmpty();
        await Blobs.PutAsync("key", new MemoryStream(content), expectedSha1: Convert.ToHexStringLower(SHA1.HashData(content)));
    }

    [Theory]
    [InlineData("../out")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/.hidden")]
    [InlineData("a/..")]
    [InlineData("")]
    [InlineData("a b")]
    public async Task PutAsync_BadKey_IsRefused(string key) =>
        await Should.ThrowAsync<ArgumentException>(() => Blobs.PutAsync(key, new MemoryStream()));

    [Fact]
    public async Task MoveAsync_OverAnother_ReplacesIt()
    {
        await PutAsync("from", "new");
        await PutAsync("some/where/to", "old");

        (await Blobs.MoveAsync("from", "some/where/to")).ShouldBeTrue();

        (await Blobs.SizeAsync("from")).ShouldBeNull();
        Encoding.UTF8.GetString((await ReadAsync("some/where/to"))!).ShouldBe("new");
    }

    [Fact]
    public async Task CopyAsync_Blob_HasBothKeys()
    {
        await PutAsync("from", "content");

        (await Blobs.CopyAsync("from", "some/where/to")).ShouldBeTrue();
        (await Blobs.CopyAsync("from", "from")).ShouldBeTrue();

        (await Blobs.SizeAsync("from")).ShouldBe(7);
        await Blobs.DeleteAsync("from");
        Encoding.UTF8.GetString((await ReadAsync("some/where/to"))!).ShouldBe("content");
    }

    [Fact]
    public async Task DeleteAllAsync_Prefix_TakesOnlyWhatLiesBelow()
    {
        await PutAsync("caches/app/one", "1");
        await PutAsync("caches/app/two", "2");
        await PutAsync("caches/apple", "3");

        await Blobs.DeleteAllAsync("caches/app");

        (await Blobs.ListAsync("caches").Select(b => b.Key).ToListAsync()).ShouldBe(["caches/apple"]);
    }

    [Fact]
    public async Task ListAsync_ManyBlobs_AreAllThere()
    {
        var before = DateTimeOffset.UtcNow.AddMinutes(-1);
        await Parallel.ForEachAsync(Enumerable.Range(0, 1100), async (i, _) => await PutAsync($"many/{i % 7}/{i}", "x")); // More than a page.
        await PutAsync("other", "12");

        var many = await Blobs.ListAsync("many").ToListAsync();
        many.Select(b => b.Key).ShouldBe(Enumerable.Range(0, 1100).Select(i => $"many/{i % 7}/{i}"), ignoreOrder: true);
        many.ShouldAllBe(b => b.Size == 1 && b.WrittenAt > before && b.WrittenAt < DateTimeOffset.UtcNow.AddMinutes(1));
        (await Blobs.ListAsync("").CountAsync()).ShouldBe(1101);
        await Blobs.RemoveLeftoversAsync();
        (await Blobs.ListAsync("").CountAsync()).ShouldBe(1101);
    }

    [Fact]
    public async Task PutAsync_TwoWritersOfAKey_OneOfThemWinsWhole()
    {
        var contents = Enumerable.Range(0, 4).Select(i => Enumerable.Repeat((byte)i, 100_000).ToArray()).ToList();

        await Task.WhenAll(contents.Select(c => Blobs.PutAsync("key", new MemoryStream(c))));

        var winner = (await ReadAsync("key"))!;
        contents.ShouldContain(c => c.SequenceEqual(winner));
    }

    private protected Task<BlobInfo> PutAsync(string key, string content) => Blobs.PutAsync(key, new MemoryStream(Encoding.UTF8.GetBytes(content)));

    private protected async Task<byte[]?> ReadAsync(string key)
    {
        await using var content = await Blobs.OpenAsync(key);
        if (content is null) return null;
        var bytes = new MemoryStream();
        await content.Stream.CopyToAsync(bytes);
        bytes.Length.ShouldBe(content.Size);
        return bytes.ToArray();
    }

    /// <summary>Neither says how long it is nor fills a buffer, like a request.</summary>
    private sealed class TrickleStream(byte[] bytes) : MemoryStream(bytes)
    {
        private const int Most = 70_001;

        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, Most)], cancellationToken);
    }

    /// <summary>Gives some bytes, then fails like a connection that broke.</summary>
    private sealed class BrokenStream(int bytes) : MemoryStream(new byte[bytes])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            return count > 0 ? count : throw new IOException("The connection broke.");
        }
    }
}
