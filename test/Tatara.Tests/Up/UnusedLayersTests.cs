using Tatara.Up;

namespace Tatara.Tests.Up;

public sealed class UnusedLayersTests : IDisposable
{
    private const string Newest = "aaaaaaaaaaaaaaaa", Mounted = "bbbbbbbbbbbbbbbb", Unused = "cccccccccccccccc";

    private readonly string _directory = Directory.CreateTempSubdirectory("layers-").FullName;

    private string Link => Path.Combine(_directory, "bookworm");

    private string Mounts => Path.Combine(_directory, "mountinfo");

    public UnusedLayersTests()
    {
        foreach (var name in (string[])[$"bookworm-{Newest}", $"bookworm-{Mounted}", $"bookworm-{Unused}", $"bookworm-toolchain-{Unused}", "bookworm-mine"])
            Directory.CreateDirectory(Path.Combine(_directory, name));
        File.CreateSymbolicLink(Link, $"bookworm-{Newest}");
        File.WriteAllText(Mounts, $"36 35 0:32 / /run/x rw - overlay overlay rw,lowerdir={_directory}/bookworm-{Mounted},upperdir=/u\n");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Remove_OlderBuilds_OnlyThoseThatNobodyHasMountedGo()
    {
        UnusedLayers.Remove(Link, DateTime.UtcNow.AddHours(2), Mounts).ShouldBe([Path.Combine(_directory, $"bookworm-{Unused}")]);

        Directory.GetDirectories(_directory).Select(d => Path.GetFileName(d)).ShouldBe(
            ["bookworm", $"bookworm-{Newest}", $"bookworm-{Mounted}", $"bookworm-toolchain-{Unused}", "bookworm-mine"], ignoreOrder: true);
    }

    [Fact]
    public void Remove_JustReplaced_NothingGoes() => UnusedLayers.Remove(Link, DateTime.UtcNow, Mounts).ShouldBeEmpty();

    [Fact]
    public void Remove_NoLink_NothingGoes() => UnusedLayers.Remove(Path.Combine(_directory, "other"), DateTime.UtcNow.AddHours(2), Mounts).ShouldBeEmpty();
}
