using Microsoft.Extensions.Logging;
using Tatara.Dea.Advertising;
using Tatara.Dea.Droplets;
using Tatara.Dea.Staging;

namespace Tatara.Dea.Disk;

/// <summary>Looks after the disk: when it is nearly full, says so and throws away what can be fetched again.</summary>
internal sealed partial class DiskKeeper(FreeDisk disk, DropletStore droplets, BuildpackStore buildpacks, Announcer announcer, TimeProvider time, ILogger<DiskKeeper> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private bool _wasShort;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Look();
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private void Look()
    {
        if (disk.Shortage is not null)
        {
            // An unused droplet costs a download when it is wanted again, a buildpack a bigger one.
            droplets.Trim(IsEnough);
            buildpacks.Trim(IsEnough);
        }
        var shortage = disk.Shortage;
        if (shortage is not null == _wasShort) return;
        _wasShort = shortage is not null;
        if (shortage is not null) Log.NearlyFull(logger, shortage);
        else Log.EnoughAgain(logger, disk.UsableMb);
        announcer.NoteChange();
    }

    private bool IsEnough() => disk.Shortage is null;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "No instance is started and nothing is staged here: {Shortage}. Instances that run go on; free some disk.")]
        public static partial void NearlyFull(ILogger logger, string shortage);

        [LoggerMessage(LogLevel.Information, "There is disk again, {UsableMb} MB: instances are started here.")]
        public static partial void EnoughAgain(ILogger logger, long usableMb);
    }
}
