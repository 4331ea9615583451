namespace Tatara.CloudController.Builds;

/// <summary>
/// Where stagers reply to. The subject belongs to the build, not to a connection: whichever Cloud Controller is there
/// when the answer comes, restarted or another one, gets it.
/// </summary>
internal static class StagingSubjects
{
    private const string Prefix = "tatara.staging.reply.";

    public const string AllReplies = Prefix + "*";

    public static string Reply(string buildGuid) => Prefix + buildGuid;
}
