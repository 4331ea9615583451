using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Jobs;

/// <summary>Whether and when a job that failed is run again.</summary>
internal static class JobRetries
{
    /// <summary>For what nobody expected.</summary>
    private const int MaxAttempts = 3;

    /// <summary>While the blobstore is away: with the pauses, some minutes. Then the user hears that it failed.</summary>
    private const int MaxAttemptsInAnOutage = 12;

    private static readonly TimeSpan s_pauseInAnOutage = TimeSpan.FromSeconds(15);

    /// <summary>Whether a failure is the job's own: what a user can mend is not tried again.</summary>
    public static bool IsUnexpected(ApiException error) => error.Errors[0].Status is 500 or 503;

    public static bool IsLast(Job job, Exception exception) =>
        !IsUnexpected(ErrorWriter.Translate(exception)) || job.Attempts >= (exception is BlobstoreUnavailableException ? MaxAttemptsInAnOutage : MaxAttempts);

    /// <summary>How long it rests until then.</summary>
    public static TimeSpan Pause(Exception exception) => exception is BlobstoreUnavailableException ? s_pauseInAnOutage : TimeSpan.Zero;
}
