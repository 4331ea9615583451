using Tatara.Peers;
using Tatara.Protocol;

namespace Tatara.Bus;

/// <summary>What a member may say and hear on the bus.</summary>
internal sealed record BusPermission(IReadOnlyList<string> Publish, IReadOnlyList<string> Subscribe);

/// <summary>
/// Each role's part of the subjects. Answers go to inboxes: all may write to one they were told of, nobody can listen to another's.
/// </summary>
internal static class BusPermissions
{
    private const string Inboxes = "_INBOX";

    /// <summary>What the subjects of a member's answers begin with.</summary>
    public static string Inbox(PeerName member) => $"{Inboxes}.{member.Host}.{member.Role}";

    /// <param name="dea">Id of the host's DEA.</param>
    public static BusPermission Of(PeerName member, string dea)
    {
        var (publish, subscribe) = member.Role switch
        {
            PeerRole.CloudController => CloudController,
            PeerRole.Uaa => Component,
            PeerRole.LogCache => Join(Component, ([], [Subjects.Logs])),
            PeerRole.HealthManager => HealthManager,
            PeerRole.Router => Router,
            PeerRole.Dea => Dea(dea),
            PeerRole.Operator => Operator,
            _ => Nothing,
        };
        return new BusPermission([.. publish, $"{Inboxes}.>", Subjects.ComponentAnnounce], [.. subscribe, Inbox(member) + ".>", Subjects.ComponentDiscover]);
    }

    private static (string[] Publish, string[] Subscribe) Nothing => ([], []);

    /// <summary>Registers host names of its own.</summary>
    private static (string[] Publish, string[] Subscribe) Component =>
        ([Subjects.RouterRegister, Subjects.RouterUnregister, Subjects.RouterGreet], [Subjects.RouterStart]);

    private static (string[] Publish, string[] Subscribe) CloudController => Join(Component, (
        [
            Subjects.DeaStartInstance("*"), Subjects.DeaStop, Subjects.DeaUpdate, Subjects.DeaLocate, Subjects.DeaFindDroplet, Subjects.DeaStatus,
            Subjects.StagingStart("*"), Subjects.StagingStop, Subjects.StagingLocate,
            Subjects.DropletUpdated, Subjects.AppState, Subjects.NetworkChanged, Subjects.Logs,
        ],
        [
            Subjects.DeaAdvertise, Subjects.StagingAdvertise, Subjects.DeaStart, Subjects.DeaShutdown, Subjects.DeaSilent,
            Subjects.Hm9000Start, Subjects.Hm9000Stop, Subjects.DropletExited, Subjects.NetworkRules, Subjects.StagingReply("*"),
        ]));

    private static (string[] Publish, string[] Subscribe) HealthManager => (
        [Subjects.Hm9000Start, Subjects.Hm9000Stop, Subjects.HealthManagerStart, Subjects.DeaSilent],
        [Subjects.DeaHeartbeat, Subjects.DeaShutdown, Subjects.DropletExited, Subjects.DropletUpdated, Subjects.AppState]);

    private static (string[] Publish, string[] Subscribe) Router => ([Subjects.RouterStart, Subjects.Logs], ["router.*"]);

    private static (string[] Publish, string[] Subscribe) Dea(string id) => Join(Component, (
        [
            Subjects.DeaAdvertise, Subjects.DeaStart, Subjects.DeaShutdown, Subjects.DeaHeartbeat, Subjects.StagingAdvertise, Subjects.StagingReply("*"),
            Subjects.DropletExited, Subjects.Logs, Subjects.NetworkRules, Subjects.NetworkAddresses, Subjects.NetworkAddressesOf(id), Subjects.NetworkLocate,
        ],
        [
            Subjects.DeaStartInstance(id), Subjects.DeaStop, Subjects.DeaUpdate, Subjects.DeaLocate, Subjects.DeaFindDroplet, Subjects.DeaStatus,
            Subjects.StagingStart(id), Subjects.StagingStop, Subjects.StagingLocate, Subjects.HealthManagerStart,
            Subjects.NetworkChanged, Subjects.NetworkAddresses, Subjects.NetworkAddressesOf("*"), Subjects.NetworkLocate, Subjects.DeaDrain(id),
        ]));

    /// <summary>`tatara drain` and `tatara status`.</summary>
    private static (string[] Publish, string[] Subscribe) Operator => ([Subjects.DeaDrain("*"), Subjects.DeaStatus, Subjects.ComponentDiscover], [Subjects.DeaAdvertise]);

    private static (string[] Publish, string[] Subscribe) Join((string[] Publish, string[] Subscribe) one, (string[] Publish, string[] Subscribe) other) =>
        ([.. one.Publish, .. other.Publish], [.. one.Subscribe, .. other.Subscribe]);
}
