using System.Diagnostics;
using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Disk;

public sealed class NearlyFullDiskTests
{
    private const int SizeMb = 200;
    private const int ReserveMb = 50;

    [Fact]
    public async Task Disk_FillsUp_NothingNewIsBegunAndWhatRunsGoesOn()
    {
        using var disk = new SmallDisk(SizeMb);
        await using var dea = await DeaUnderTest.StartAsync(o => o with { DataDirectory = Path.Combine(disk.Path, "data"), ReservedDiskMb = ReserveMb });
        await dea.RunInstanceAsync(Small(dea));
        dea.Bus.Forget();

        // 1. Somebody else fills it.
        disk.Fill("other", leaveMb: ReserveMb / 2);

        // 2. Said to the others and in the log.
        var full = await dea.Bus.WaitForAsync<DeaAdvertisement>(Subjects.DeaAdvertise, a => a.Refuses is not null);
        full.Refuses!.ShouldStartWith("disk nearly full: ");
        full.AvailableDisk.ShouldBe(0);
        (await dea.Bus.WaitForAsync<DeaAdvertisement>(Subjects.StagingAdvertise, a => a.Refuses is not null)).AvailableDisk.ShouldBe(0);
        await Bus.UntilAsync(() => dea.Logged.ToList().Any(l => l.Contains("No instance is started and nothing is staged here: disk nearly full")), "the log says so");

        // 3. Nothing new, no crash; and the one that runs is left alone.
        await dea.SendStartAsync(Small(dea) with { Index = 1 });
        var refused = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        (refused.Reason, refused.Index).ShouldBe((ExitReasons.Refused, 1));
        refused.ExitDescription.ShouldContain("disk nearly full");
        dea.Runtime.Containers.Single().Stops.ShouldBeEmpty();

        // 4. Room again.
        disk.Empty("other");
        await dea.RunInstanceAsync(Small(dea) with { Index = 1 });
    }

    /// <summary>Its state cannot be written down; whoever restarts it must hear of it all the same.</summary>
    [Fact]
    public async Task Disk_HasNotAByteLeft_CrashesAreReportedAndStopsAreDone()
    {
        using var disk = new SmallDisk(SizeMb);
        await using var dea = await DeaUnderTest.StartAsync(o => o with { DataDirectory = Path.Combine(disk.Path, "data"), ReservedDiskMb = 0 });
        await dea.RunInstanceAsync(Small(dea));
        await dea.RunInstanceAsync(Small(dea) with { Index = 1 });
        dea.Bus.Forget();

        disk.FillUp();
        dea.Runtime.Containers.First().Exit(1);
        (await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, e => e.Reason == ExitReasons.Crashed)).ExitStatus.ShouldBe(1);
        await dea.Bus.WaitForAsync<DeaHeartbeat>(Subjects.DeaHeartbeat, h => h.Droplets.Count(d => d.State == InstanceStates.Running) == 1);
        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(DeaUnderTest.App));

        await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, e => e.Reason == ExitReasons.Stopped);
        await Bus.UntilAsync(() => dea.Runtime.Containers.Count == 0, "both are cleared away");
    }

    [Fact]
    public async Task Disk_FillsUp_UnusedDropletsGoAndUsedOnesStay()
    {
        using var disk = new SmallDisk(SizeMb);
        await using var dea = await DeaUnderTest.StartAsync(o => o with { DataDirectory = Path.Combine(disk.Path, "data"), ReservedDiskMb = ReserveMb });
        var droplets = Path.Combine(disk.Path, "data", "droplets");
        var used = Small(dea);
        await dea.RunInstanceAsync(used);
        var unused = used with { Index = 1, Sha1 = dea.Blobs.AddDroplet("unused", ("app/x", "x"), ("staging_info.yml", "start_command: ./x\n")), ExecutableUri = dea.Blobs.UrlOf("unused") };
        await dea.RunInstanceAsync(unused);
        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(DeaUnderTest.App, Indices: [1]));
        await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, e => e.Index == 1);
        Directory.Exists(Path.Combine(droplets, unused.Sha1)).ShouldBeTrue();

        disk.Fill("other", leaveMb: ReserveMb / 2);

        await Bus.UntilAsync(() => !Directory.Exists(Path.Combine(droplets, unused.Sha1)), "the unused droplet is thrown away");
        Directory.Exists(Path.Combine(droplets, used.Sha1)).ShouldBeTrue();
    }

    private static DeaStartMessage Small(DeaUnderTest dea) => dea.StartMessage() with { Limits = new InstanceLimits(64, 20, 1024) };

    /// <summary>A file system of a few MB, mounted from a file.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("small-disk-");

        public SmallDisk(int megabytes)
        {
            var image = System.IO.Path.Combine(_directory.FullName, "image");
            using (var file = File.Create(image)) file.SetLength((long)megabytes << 20);
            Directory.CreateDirectory(Path);
            Run("mkfs.ext4", "-q", "-F", "-m", "0", image);
            Run("mount", "-o", "loop", image, Path);
        }

        public string Path => System.IO.Path.Combine(_directory.FullName, "disk");

        public void Fill(string name, int leaveMb)
        {
            var length = new DriveInfo(Path).AvailableFreeSpace - ((long)leaveMb << 20);
            Run("fallocate", "-l", length.ToString(), System.IO.Path.Combine(Path, name));
        }

        /// <summary>To the last byte.</summary>
        public void FillUp()
        {
            Fill("most", leaveMb: 1);
            using var rest = File.Create(System.IO.Path.Combine(Path, "rest"));
            try
            {
                for (var block = new byte[4096]; ; rest.Flush(flushToDisk: true)) rest.Write(block);
            }
            catch (IOException)
            {
                // Full.
            }
        }

        public void Empty(string name) => File.Delete(System.IO.Path.Combine(Path, name));

        public void Dispose()
        {
            Run("umount", "--lazy", Path);
            _directory.Delete(recursive: true);
        }

        private static void Run(string program, params string[] arguments)
        {
            using var process = Process.Start(program, arguments);
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
        }
    }
}
