namespace Tatara.Cli.Commands;

/// <summary>Help on the variables that limit waiting.</summary>
internal static class Timeouts
{
    public static readonly (string, string) Startup = ("CF_STARTUP_TIMEOUT=5", "Max wait time for app instance startup, in minutes");

    public static readonly (string, string)[] Both = [("CF_STAGING_TIMEOUT=15", "Max wait time for staging, in minutes"), Startup];
}
