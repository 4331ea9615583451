namespace Tatara.Dea.Disk;

/// <summary>What is really free on the file system that this DEA's data is on, whoever fills it.</summary>
internal sealed class FreeDisk(DeaOptions options)
{
    private const long Megabyte = 1024 * 1024;

    /// <summary>MB that may still be used; what is kept in reserve is not among them.</summary>
    public long UsableMb => Math.Max(0, FreeMb - options.ReservedDiskMb);

    /// <summary>Null while there is enough; else what is wrong. Nothing new is begun then, so that what runs can go on writing.</summary>
    public string? Shortage => FreeMb is var free && free < options.ReservedDiskMb
        ? $"disk nearly full: {free} MB free, {options.ReservedDiskMb} MB are kept in reserve" : null;

    private long FreeMb => new DriveInfo(options.DataDirectory).AvailableFreeSpace / Megabyte;
}
