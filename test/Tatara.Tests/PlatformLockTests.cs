using Tatara.Up;

namespace Tatara.Tests;

public sealed class PlatformLockTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-lock-").FullName;

    private string Path_ => Path.Combine(_directory, "tatara.lock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void TryTake_WhileHeld_IsNull()
    {
        using var held = PlatformLock.TryTake(Path_);

        held.ShouldNotBeNull();
        PlatformLock.TryTake(Path_).ShouldBeNull();
    }

    [Fact]
    public void TryTake_AfterItWasLetGo_IsTaken()
    {
        PlatformLock.TryTake(Path_)!.Dispose();

        using var again = PlatformLock.TryTake(Path_);
        again.ShouldNotBeNull();
    }

    [Fact]
    public void Holder_HeldAndFree_IsTheProcessOrNobody()
    {
        using (var held = PlatformLock.TryTake(Path_)!)
        {
            held.WriteHolder();
            PlatformLock.Holder(Path_).ShouldBe(Environment.ProcessId);
        }
        PlatformLock.Holder(Path_).ShouldBeNull();
    }
}
