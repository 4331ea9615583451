using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>One question to an instance: is it well, or is it ready?</summary>
/// <param name="Type">port, http or process; what is none of them is asked as port.</param>
/// <param name="Path">What http gets.</param>
internal sealed record HealthProbe(string Type, string Path, TimeSpan Timeout, TimeSpan Interval)
{
    private const int LongestSeconds = 600;

    /// <summary>Of a process only its exit tells.</summary>
    public bool AsksNothing => Type == "process";

    public static HealthProbe Liveness(DeaStartMessage start, TimeSpan interval) => new(
        start.HealthCheckType ?? "port", start.HealthCheckHttpEndpoint ?? "/", Seconds(start.HealthCheckInvocationTimeout) ?? OneSecond, Seconds(start.HealthCheckInterval) ?? interval);

    public static HealthProbe Readiness(DeaStartMessage start, TimeSpan interval) => start.Readiness is not { } check
        ? new("process", "/", OneSecond, interval)
        : new(check.Type, check.HttpEndpoint ?? "/", Seconds(check.InvocationTimeout) ?? OneSecond, Seconds(check.Interval) ?? interval);

    private static TimeSpan OneSecond => TimeSpan.FromSeconds(1);

    private static TimeSpan? Seconds(int? asked) => asked is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, 1, LongestSeconds)) : null;
}
