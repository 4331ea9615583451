using Tatara.CloudController.Data;

namespace Tatara.CloudController.Builds;

/// <summary>What to do about a build that is underway.</summary>
internal enum BuildVerdict
{
    /// <summary>All is well.</summary>
    Wait,

    /// <summary>Nobody has it: give it to a DEA.</summary>
    Send,

    /// <summary>No DEA had room for long enough.</summary>
    NoRoom,

    /// <summary>No DEA that it was sent to took it.</summary>
    NotTaken,

    /// <summary>The DEA that had it is gone.</summary>
    Lost,

    /// <summary>It takes longer than staging may.</summary>
    Expired,
}

/// <summary>Judges builds. Pure.</summary>
internal static class BuildHealth
{
    /// <param name="listeningSince">Since when this Cloud Controller hears advertisements: before, silence says nothing.</param>
    /// <param name="stagerSeen">When the build's DEA advertised last; null: never, or it left.</param>
    public static BuildVerdict Judge(Build build, DateTimeOffset now, DateTimeOffset listeningSince, DateTimeOffset? stagerSeen, StagingTimes times)
    {
        if (build.StartedAt is { } started)
        {
            if (now - started > times.Timeout + times.Slack) return BuildVerdict.Expired;
            var silentSince = stagerSeen > listeningSince ? stagerSeen.Value : listeningSince;
            return now - silentSince > times.Silence ? BuildVerdict.Lost : BuildVerdict.Wait;
        }
        if (build.DeaId is null) return now - build.CreatedAt > times.Search ? BuildVerdict.NoRoom : BuildVerdict.Send;
        if (now - build.UpdatedAt <= times.Acceptance) return BuildVerdict.Wait;
        return now - build.CreatedAt > times.Search + 3 * times.Acceptance ? BuildVerdict.NotTaken : BuildVerdict.Send;
    }
}
