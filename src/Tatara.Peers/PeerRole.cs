namespace Tatara.Peers;

/// <summary>What the parts of a platform are called, in certificates, on the bus and in configuration files.</summary>
public static class PeerRole
{
    /// <summary>Vouches for the others and lets hosts join.</summary>
    public const string Authority = "authority";

    /// <summary>A nats-server.</summary>
    public const string Bus = "bus";

    /// <summary>The API.</summary>
    public const string CloudController = "cloud-controller";

    /// <summary>Users and tokens.</summary>
    public const string Uaa = "uaa";

    /// <summary>Log lines.</summary>
    public const string LogCache = "log-cache";

    /// <summary>Compares what should run with what runs.</summary>
    public const string HealthManager = "health-manager";

    /// <summary>What clients reach apps through.</summary>
    public const string Router = "router";

    /// <summary>Runs apps.</summary>
    public const string Dea = "dea";

    /// <summary>What a person commands from the founding host.</summary>
    public const string Operator = "operator";

    /// <summary>Those that a host can run.</summary>
    public static IReadOnlyList<string> All { get; } = [Authority, Bus, CloudController, Uaa, LogCache, HealthManager, Router, Dea];
}
