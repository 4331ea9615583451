using Tatara.CloudController.Data;

namespace Tatara.CloudController.Builds;

/// <summary>What to do about a build that is underway.</summary>
internal enum BuildVerdict
{
    /// <summary>All is well.</summary>
    Wait,

    /// <summary>Nobody has it, or its DEA may have spoken unheard: send the message (again).</summary>
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
    /// <param name="listeningSince">Since when this Cloud Controller hears the bus without a gap: before, silence says nothing.</param>
    /// <param name="stagerSeen">When the build's DEA advertised last; null: never, or it left.</param>
    public static BuildVerdict Judge(Build build, DateTimeOffset now, DateTimeOffset listeningSince, DateTimeOffset? stagerSeen, StagingTimes times)
    {
        var begun = Later(build.CreatedAt, listeningSince);
        if (build.StartedAt is { } started)
        {
            if (now - started > times.Timeout + times.Slack) return BuildVerdict.Expired;
            if (now - Later(stagerSeen ?? listeningSince, listeningSince) > times.Silence) return BuildVerdict.Lost;
            return build.UpdatedAt < listeningSince && stagerSeen is not null ? BuildVerdict.Send : BuildVerdict.Wait;
        }
        if (build.DeaId is null) return now - begun > times.Search ? BuildVerdict.NoRoom : BuildVerdict.Send;
        if (now - Later(build.UpdatedAt, listeningSince) <= times.Acceptance) return BuildVerdict.Wait;
        return now - begun > times.Search + 3 * times.Acceptance ? BuildVerdict.NotTaken : BuildVerdict.Send;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
