using System.CommandLine;
using System.Globalization;
using Tatara.Cli.Manifests;
using Tatara.Cli.Terminal;

namespace Tatara.Cli.Commands;

/// <summary>The flags of `cf push`, and what may not be combined.</summary>
internal sealed class PushOptions(
    Argument<string?> name,
    Func<string[], string, Option<bool>> flag,
    Func<string[], string, Option<string?>> value,
    Func<string[], string, Option<string[]>> values)
{
    private static readonly string[] HealthCheckTypes = ["port", "process", "http"];

    private readonly Option<string?> timeout = value(["--app-start-timeout", "-t"], "Time (in seconds) allowed to elapse between starting up an app and the first healthy response from the app");
    private readonly Option<string[]> buildpacks = values(["--buildpack", "-b"], "Custom buildpack by name (e.g. my-buildpack) or Git URL (e.g. 'https://github.com/cloudfoundry/java-buildpack.git') or Git URL with a branch or tag (e.g. 'https://github.com/cloudfoundry/java-buildpack.git#v3.3.0' for 'v3.3.0' tag). To use built-in buildpacks only, specify 'default' or 'null'");
    private readonly Option<string?> disk = value(["--disk", "-k"], "Disk limit (e.g. 256M, 1024M, 1G)");
    private readonly Option<string?> endpoint = value(["--endpoint"], "Valid path on the app for an HTTP health check. Only used when specifying --health-check-type=http");
    private readonly Option<string?> healthCheck = value(["--health-check-type", "-u"], "Application health check type. Defaults to 'port'. 'http' requires a valid endpoint, for example, '/health'.");
    private readonly Option<string?> instances = value(["--instances", "-i"], "Number of instances");
    private readonly Option<string?> manifest = value(["--manifest", "-f"], "Path to manifest");
    private readonly Option<string?> memory = value(["--memory", "-m"], "Memory limit (e.g. 256M, 1024M, 1G)");
    private readonly Option<bool> noManifest = flag(["--no-manifest"], "Ignore manifest file");
    private readonly Option<bool> noRoute = flag(["--no-route"], "Do not map a route to this app");
    private readonly Option<bool> noStart = flag(["--no-start"], "Do not stage and start the app after pushing");
    private readonly Option<string?> path = value(["--path", "-p"], "Path to app directory or to a zip file of the contents of the app directory");
    private readonly Option<bool> randomRoute = flag(["--random-route"], "Create a random route for this app (except when no-route is specified in the manifest)");
    private readonly Option<string?> stack = value(["--stack", "-s"], "Stack to use (a stack is a pre-built file system, including an operating system, that can run apps)");
    private readonly Option<string?> command = value(["--start-command", "-c"], "Startup command, set to null to reset to default start command");
    private readonly Option<string[]> vars = values(["--var"], "Variable key value pair for variable substitution, (e.g., name=app1); can specify multiple times");
    private readonly Option<string[]> varsFiles = values(["--vars-file"], "Path to a variable substitution file for manifest; can specify multiple times");

    /// <exception cref="UsageException">A value is wrong or flags contradict each other.</exception>
    public PushRequest Read(ParseResult line)
    {
        var request = new PushRequest(ReadApp(line))
        {
            ManifestPath = Existing(line.GetValue(manifest)),
            NoManifest = line.GetValue(noManifest),
            Vars = line.GetValue(vars) ?? [],
            VarsFiles = [.. (line.GetValue(varsFiles) ?? []).Select(file => Existing(file)!)],
            NoStart = line.GetValue(noStart),
        };
        Check(request);
        return request;
    }

    private PushFlags ReadApp(ParseResult line) => new()
    {
        AppName = line.GetValue(name),
        AppPath = Existing(line.GetValue(path)),
        Buildpacks = line.GetValue(buildpacks) ?? [],
        Memory = Size(line.GetValue(memory)),
        Disk = Size(line.GetValue(disk)),
        Instances = ScaleCommand.ParseInstances(line.GetValue(instances)),
        StartCommand = line.GetValue(command),
        Stack = line.GetValue(stack),
        HealthCheckType = HealthCheck(line.GetValue(healthCheck)),
        HealthCheckEndpoint = line.GetValue(endpoint),
        HealthCheckTimeout = Positive(line.GetValue(timeout)),
        NoRoute = line.GetValue(noRoute),
        RandomRoute = line.GetValue(randomRoute),
    };

    private static void Check(PushRequest request)
    {
        var app = request.App;
        if (request.NoManifest && request.ManifestPath is not null) throw Together("--no-manifest, --manifest, -f");
        if (request.NoManifest && request.VarsFiles.Count > 0) throw Together("--no-manifest, --vars-file");
        if (request.NoManifest && request.Vars.Count > 0) throw Together("--no-manifest, --vars");
        if (app.NoRoute && app.RandomRoute) throw Together("--no-route, --random-route");
        if (app.HealthCheckType == "http" && app.HealthCheckEndpoint is null)
            throw new UsageException("'--endpoint' and '--health-check-type=http, -u=http' must be used together.");
        if (app.Buildpacks.Count > 1 && app.Buildpacks.Any(buildpack => buildpack is "null" or "default"))
            throw new CfException("Multiple buildpacks flags cannot have null/default option.");
    }

    private static UsageException Together(string flags) => new($"The following arguments cannot be used together: {flags}");

    private static string? Existing(string? given) => given is null || Path.Exists(given)
        ? given
        : throw new UsageException($"The specified path '{given}' does not exist.") { IsFlagError = true };

    private static string? Size(string? text)
    {
        if (text is not null) ByteSize.ParseMegabytes(text);
        return text;
    }

    private static string? HealthCheck(string? text) => text is null || HealthCheckTypes.Contains(text, StringComparer.OrdinalIgnoreCase)
        ? text?.ToLowerInvariant()
        : throw new UsageException("HEALTH_CHECK_TYPE must be \"port\", \"process\", or \"http\"") { IsFlagError = true };

    private static int? Positive(string? text)
    {
        if (text is null) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new UsageException("Value must be greater than or equal to 1.") { IsFlagError = true };
    }
}

/// <summary>What `cf push` was asked to do.</summary>
internal sealed record PushRequest(PushFlags App)
{
    public string? ManifestPath { get; init; }

    public bool NoManifest { get; init; }

    public IReadOnlyList<string> Vars { get; init; } = [];

    public IReadOnlyList<string> VarsFiles { get; init; } = [];

    public bool NoStart { get; init; }
}
