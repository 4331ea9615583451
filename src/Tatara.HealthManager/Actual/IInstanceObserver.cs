namespace Tatara.HealthManager.Actual;

/// <summary>Hears what happens to instances, in order.</summary>
internal interface IInstanceObserver
{
    /// <summary>A heartbeat names an instance for the first time.</summary>
    void Appeared(ActualInstance instance, DateTimeOffset now);

    /// <summary>An instance is no more, for whatever reason.</summary>
    void Ended(ActualInstance instance, DateTimeOffset now);

    /// <summary>An instance ended by its own fault; heard once for each, after <see cref="Ended"/>, and also of instances that no heartbeat had named yet.</summary>
    void Crashed(string droplet, string version, int index, DateTimeOffset now);

    /// <summary>Cloud Controller had an instance stopped.</summary>
    void Stopped(string droplet, string version, int index, DateTimeOffset now);
}
