using System.Globalization;

namespace Tatara.Testing.Beds;

/// <summary>A host's disk of its own, which can be full while the machine's is not: a file system in a sparse file.</summary>
internal sealed class BedDisk(string image, string directory)
{
    private const long Megabyte = 1024 * 1024;

    private string Ballast => Path.Combine(directory, "ballast");

    public static async Task<BedDisk> CreateAsync(string image, string directory, int megabytes)
    {
        await using (var file = new FileStream(image, FileMode.CreateNew)) file.SetLength(megabytes * Megabyte);
        await Shell.RunAsync("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "nodiscard", image);
        await Shell.RunAsync("mount", "-o", "loop,noatime", image, directory);
        return new BedDisk(image, directory);
    }

    /// <summary>Not a byte is left.</summary>
    public async Task FillAsync()
    {
        var free = new DriveInfo(directory).AvailableFreeSpace;
        await Shell.TryAsync("fallocate", "-l", free.ToString(CultureInfo.InvariantCulture), Ballast);
        // What the file system kept for the ballast's own description, or somebody has freed meanwhile.
        await Shell.TryAsync("dd", "if=/dev/zero", $"of={Ballast}.rest", "bs=4096", "status=none");
    }

    public void MakeRoom()
    {
        foreach (var file in Directory.GetFiles(directory, "ballast*")) File.Delete(file);
    }

    public async Task RemoveAsync()
    {
        await Shell.RunAsync("umount", "--lazy", directory);
        File.Delete(image);
    }
}
