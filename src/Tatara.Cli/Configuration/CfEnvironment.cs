using System.Globalization;

namespace Tatara.Cli.Configuration;

/// <summary>The CF_ variables that steer the program.</summary>
/// <param name="read">Gives a variable's value.</param>
internal sealed class CfEnvironment(Func<string, string?> read)
{
    public string? Username => Value("CF_USERNAME");

    public string? Password => Value("CF_PASSWORD");

    public string? Trace => Value("CF_TRACE");

    /// <summary>Null when not set.</summary>
    public bool? Color => Flag(Value("CF_COLOR"));

    public TimeSpan DialTimeout => Time("CF_DIAL_TIMEOUT", TimeSpan.FromSeconds) ?? TimeSpan.FromSeconds(6);

    public TimeSpan StagingTimeout => Time("CF_STAGING_TIMEOUT", TimeSpan.FromMinutes) ?? TimeSpan.FromMinutes(15);

    public TimeSpan StartupTimeout => Time("CF_STARTUP_TIMEOUT", TimeSpan.FromMinutes) ?? TimeSpan.FromMinutes(5);

    /// <summary>True and false in the spellings Go's ParseBool takes; null for anything else.</summary>
    public static bool? Flag(string? text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };

    private string? Value(string name) => read(name) is { Length: > 0 } value ? value : null;

    private TimeSpan? Time(string name, Func<double, TimeSpan> unit) =>
        double.TryParse(Value(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1e6
            ? unit(number)
            : null;
}
