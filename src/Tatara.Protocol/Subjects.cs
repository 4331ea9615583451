namespace Tatara.Protocol;

/// <summary>Every subject on the bus. The names are Cloud Foundry V2's; those below "tatara." are our own.</summary>
public static class Subjects
{
    public const string RouterRegister = "router.register";
    public const string RouterUnregister = "router.unregister";
    /// <summary>Sent by a router when it starts: everyone registers again.</summary>
    public const string RouterStart = "router.start";
    /// <summary>Asked by a component when it starts; routers reply with <see cref="RouterGreeting"/>.</summary>
    public const string RouterGreet = "router.greet";

    public const string DeaAdvertise = "dea.advertise";
    public const string DeaLocate = "dea.locate";
    public const string DeaStart = "dea.start";
    public const string DeaShutdown = "dea.shutdown";
    public const string DeaStop = "dea.stop";
    public const string DeaUpdate = "dea.update";
    public const string DeaFindDroplet = "dea.find.droplet";
    public const string DeaHeartbeat = "dea.heartbeat";
    public const string DeaStatus = "dea.status";
    public static string DeaStartInstance(string deaId) => $"dea.{deaId}.start";

    public const string StagingAdvertise = "staging.advertise";
    public const string StagingLocate = "staging.locate";
    public const string StagingStop = "staging.stop";
    public static string StagingStart(string deaId) => $"staging.{deaId}.start";

    /// <summary>Where stagers answer. It belongs to the build, not to a connection: whichever Cloud Controller is there then hears it.</summary>
    public static string StagingReply(string build) => $"tatara.staging.reply.{build}";

    public const string DropletExited = "droplet.exited";
    public const string DropletUpdated = "droplet.updated";

    /// <summary>A Health Manager that starts asks every DEA for a heartbeat now.</summary>
    public const string HealthManagerStart = "healthmanager.start";
    public const string Hm9000Start = "hm9000.start";
    public const string Hm9000Stop = "hm9000.stop";
    public const string AppState = "app.state";

    /// <summary>The Health Manager gives a DEA up: <see cref="Protocol.DeaSilent"/>. Whoever hears of it gives it nothing new until it speaks again.</summary>
    public const string DeaSilent = "tatara.dea.silent";

    public const string ComponentDiscover = "vcap.component.discover";
    public const string ComponentAnnounce = "vcap.component.announce";

    /// <summary>Log lines on their way to log-cache: request with <see cref="LogBatch"/>, answered with <see cref="LogBatchAck"/>.</summary>
    public const string Logs = "tatara.logs";

    /// <summary>Security groups or network policies changed: DEAs ask for the rules again.</summary>
    public const string NetworkChanged = "tatara.network.changed";

    /// <summary>Request with <see cref="NetworkRulesRequest"/>, answered by a Cloud Controller with <see cref="Protocol.NetworkRules"/>.</summary>
    public const string NetworkRules = "tatara.network.rules";

    /// <summary>On one machine each DEA tells all others where its containers are: <see cref="ContainerAddresses"/>.</summary>
    public const string NetworkAddresses = "tatara.network.addresses";

    /// <summary>The same between hosts, where a DEA may speak for itself alone.</summary>
    public static string NetworkAddressesOf(string deaId) => $"{NetworkAddresses}.{deaId}";

    /// <summary>A DEA that starts asks all others for their <see cref="ContainerAddresses"/>.</summary>
    public const string NetworkLocate = "tatara.network.locate";

    /// <summary>Asks a DEA to leave: request with <see cref="DrainRequest"/>, answered with <see cref="DrainProgress"/>.</summary>
    public static string DeaDrain(string deaId) => $"tatara.dea.{deaId}.drain";

    /// <summary>Queue groups: each message of the group's subjects is handled by one member.</summary>
    public static class Queues
    {
        public const string CloudController = "cc";
        public const string HealthManager = "hm9000";
        public const string LogCache = "log-cache";
    }
}
