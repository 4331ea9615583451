using Tatara.Containers.Disks;
using Tatara.Containers.Linux;

namespace Tatara.Containers.Tests.Disks;

public sealed class DiskTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(64L << 20)]
    [InlineData(1L << 30)]
    public async Task Create_HoldsWhatWasPromised_AndTakesLittleUntilUsed(long bytes)
    {
        var directory = Directory.CreateTempSubdirectory("tatara-disk-").FullName;
        var image = Path.Combine(directory, "image");
        var mount = Path.Combine(directory, "mount");
        await new WritableDisk(new CommandRunner(TimeSpan.FromSeconds(10))).CreateAsync(image, mount, bytes);
        try
        {
            new DriveInfo(mount).AvailableFreeSpace.ShouldBeGreaterThanOrEqualTo(bytes * 99 / 100);
            AllocatedBytes(image).ShouldBeLessThan(4 << 20);
            WritableDisk.UsedBytes(mount).ShouldBeLessThan(1 << 20);
        }
        finally
        {
            WritableDisk.Discard(mount);
            WritableDisk.Discard(mount);
        }
        File.ReadAllText("/proc/self/mountinfo").ShouldNotContain(mount);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void MountData_TopmostLayerFirst()
    {
        var spec = TestRuntime.Spec("true", spec => spec with { RootFileSystem = "/usr", Layers = ["/etc", "/var"] });

        Overlay.MountData(spec, "/u", "/w").ShouldBe("lowerdir=/etc:/var:/usr,upperdir=/u,workdir=/w,volatile");
    }

    [Fact]
    public void MountData_ColonInPath_Refused()
    {
        var directory = Directory.CreateTempSubdirectory("tatara:layer-");
        var spec = TestRuntime.Spec("true", spec => spec with { Layers = [directory.FullName] });

        Should.Throw<ContainerException>(() => Overlay.MountData(spec, "/u", "/w")).Message.ShouldContain(directory.Name);
        directory.Delete();
    }

    private static long AllocatedBytes(string file)
    {
        const int sectors = 512;
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%b", file]) { RedirectStandardOutput = true })!;
        return long.Parse(stat.StandardOutput.ReadToEnd()) * sectors;
    }
}
