using YamlDotNet.RepresentationModel;

namespace Tatara.Cli.Manifests;

/// <summary>Flags of `cf push` that say something about the app; they win over the manifest.</summary>
internal sealed record PushFlags
{
    public string? AppName { get; init; }

    public string? AppPath { get; init; }

    public IReadOnlyList<string> Buildpacks { get; init; } = [];

    public string? Memory { get; init; }

    public string? Disk { get; init; }

    public int? Instances { get; init; }

    public string? StartCommand { get; init; }

    public string? Stack { get; init; }

    public string? HealthCheckType { get; init; }

    public string? HealthCheckEndpoint { get; init; }

    public int? HealthCheckTimeout { get; init; }

    public bool NoRoute { get; init; }

    public bool RandomRoute { get; init; }

    /// <summary>The manifest as it is to be applied.</summary>
    /// <exception cref="CfException">Flags and manifest do not fit together.</exception>
    public Manifest ApplyTo(Manifest manifest)
    {
        manifest = Choose(manifest);
        if (ChangesApp)
        {
            if (manifest.Apps.Count > 1)
                throw new UsageException("Command line flags (except -f and --no-start) cannot be applied when pushing multiple apps from a manifest file.");
            Change(manifest.Apps[0]);
        }

        foreach (var app in manifest.Apps)
            if (!app.IsTrue("random-route") && !app.IsTrue("no-route")) app.Set("default-route", YamlText.Plain("true"));
        return manifest;
    }

    private bool ChangesApp =>
        AppPath is not null || Buildpacks.Count > 0 || Memory is not null || Disk is not null || Instances is not null
        || StartCommand is not null || Stack is not null || HealthCheckType is not null || HealthCheckEndpoint is not null
        || HealthCheckTimeout is not null || NoRoute || RandomRoute;

    /// <summary>An app's name picks it out of several, or names the only one.</summary>
    private Manifest Choose(Manifest manifest)
    {
        var hasNameless = manifest.Apps.Any(app => app.Name.Length == 0);
        if (hasNameless && manifest.Apps.Count > 1) throw new CfException("Found an application with no name specified.");
        if (AppName is null)
        {
            return hasNameless
                ? throw new UsageException("The push command requires an app name. The app name can be supplied as an argument or with a manifest.yml file.")
                : manifest;
        }

        if (manifest.Apps.FirstOrDefault(app => app.Name == AppName) is { } chosen) return manifest with { Apps = [chosen] };
        if (manifest.Apps.Count > 1) throw new CfException($"Could not find app named '{AppName}' in manifest");
        manifest.Apps[0].Name = AppName;
        return manifest;
    }

    private void Change(ManifestApp app)
    {
        if (AppPath is not null) app.Path = Path.GetFullPath(AppPath);
        if (Instances is not null) app.SetOfWeb("instances", YamlText.Plain($"{Instances}"));
        if (StartCommand is not null) app.SetOfWeb("command", IsDefault(StartCommand) ? YamlText.Null : YamlText.Scalar(StartCommand));
        ChangeHealthCheck(app);
        if (Memory is not null) app.SetOfWeb("memory", YamlText.Scalar(Memory));
        if (Disk is not null)
        {
            app.SetOfWeb("disk-quota", null);
            app.SetOfWeb("disk_quota", YamlText.Scalar(Disk));
        }

        if (NoRoute) app.Set("no-route", YamlText.Plain("true"));
        if (RandomRoute) app.Set("random-route", YamlText.Plain("true"));
        if (Stack is not null) app.Set("stack", Stack);
        if (Buildpacks.Count > 0)
        {
            app.Set("buildpack", (string?)null);
            app.Set("buildpacks", new YamlSequenceNode(IsDefault(Buildpacks[0]) ? [] : Buildpacks.Select(YamlText.Scalar)));
        }
    }

    private void ChangeHealthCheck(ManifestApp app)
    {
        if (HealthCheckType is not null)
        {
            app.SetOfWeb("health-check-type", YamlText.Scalar(HealthCheckType));
            if (HealthCheckType != "http") app.SetOfWeb("health-check-http-endpoint", null);
        }

        if (HealthCheckEndpoint is not null)
        {
            var type = app.TextOfWeb("health-check-type");
            if (type is not (null or "http"))
                throw new UsageException($"The flag option --endpoint cannot be used with the manifest property health-check-type set to {type}");
            app.SetOfWeb("health-check-http-endpoint", YamlText.Scalar(HealthCheckEndpoint));
        }

        if (HealthCheckTimeout is not null) app.SetOfWeb("timeout", YamlText.Plain($"{HealthCheckTimeout}"));
    }

    private static bool IsDefault(string value) => value is "null" or "default";
}
