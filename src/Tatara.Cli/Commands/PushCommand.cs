using System.CommandLine;
using Tatara.Cli.Api.Records;
using Tatara.Cli.Apps;
using Tatara.Cli.CommandLine;
using Tatara.Cli.Manifests;
using Tatara.Cli.Terminal;
using Tatara.Cli.Upload;

namespace Tatara.Cli.Commands;

internal sealed class PushCommand : CfCommand
{
    private readonly PushOptions options;

    public PushCommand() : base("push", "Push a new app or sync changes to an existing app")
    {
        Alias = "p";
        Usage = "cf push APP_NAME [-b BUILDPACK_NAME]\n[-c COMMAND] [-f MANIFEST_PATH | --no-manifest] [--no-start] [-i NUM_INSTANCES]\n"
            + "[-k DISK] [-m MEMORY] [-p PATH] [-s STACK] [-t HEALTH_TIMEOUT]\n"
            + "[-u (process | port | http)] [--no-route | --random-route]\n[--var KEY=VALUE] [--vars-file VARS_FILE_PATH]...";
        Examples = "cf push my-app\ncf push my-app -p path/to/app -m 256M -i 2\ncf push -f path/to/manifest.yml --var host=my-host\ncf push my-app -b ruby_buildpack -c null";
        RelatedCommands = "apps, app, logs, scale, events";
        EnvironmentVariables = Timeouts.Both;
        options = new PushOptions(Optional("APP_NAME"), Flag, Value, Values);
    }

    /// <summary>
    /// 1. Read the manifest and lay the flags over it. 2. Collect every app's files, so that a wrong path is told
    /// before anything changes. 3. Show what the manifest changes, and apply it. 4. App by app: upload, stage, start
    /// and show it.
    /// </summary>
    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        // 1.
        var request = options.Read(line);
        var target = session.RequireSpace();
        var manifest = request.App.ApplyTo(ReadManifest(request));
        Announce(session.Terminal, manifest, target);

        // 2.
        var sources = new List<IAppFiles>();
        try
        {
            foreach (var app in manifest.Apps) sources.Add(AppSource.Open(app, manifest.Path, session.Trace.Value.Files));

            // 3.
            await ApplyAsync(session, manifest, target, stop);
            var apps = await session.Api.FindAppsAsync(manifest.AppNames, target.Space.Guid, stop);

            // 4.
            foreach (var (source, name) in sources.Zip(manifest.AppNames))
            {
                var app = apps.FirstOrDefault(one => one.Name == name) ?? throw new CfException($"App '{name}' not found.");
                await PushAsync(session, target, app, source, request.NoStart, stop);
            }
        }
        finally
        {
            foreach (var source in sources) source.Dispose();
        }

        return ExitCodes.Success;
    }

    private static Manifest ReadManifest(PushRequest request)
    {
        var path = request.NoManifest ? null : ManifestReader.TryFind(request.ManifestPath ?? Environment.CurrentDirectory);
        if (path is not null) return ManifestReader.Read(path, Variables.From(request.VarsFiles, request.Vars));
        return request.ManifestPath is null
            ? Manifest.Of(request.App.AppName)
            : throw new CfException($"Could not find 'manifest.yml' file in {request.ManifestPath}");
    }

    private static void Announce(ITerminal terminal, Manifest manifest, Target target)
    {
        var names = string.Join(", ", manifest.AppNames);
        if (manifest.Apps.Count == 1)
            terminal.Say($"Pushing app {names} to org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        else
            terminal.Say($"Pushing apps {names} to org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
    }

    private static async Task ApplyAsync(Session session, Manifest manifest, Target target, CancellationToken stop)
    {
        var yaml = manifest.ToYaml();
        if (manifest.Path is not null)
        {
            session.Terminal.Line($"Applying manifest file {manifest.Path}...");
            await ShowDiffAsync(session, manifest, yaml, target, stop);
        }

        await session.Api.ApplyManifestAsync(target.Space.Guid, yaml, stop);
        if (manifest.Path is not null) session.Terminal.Line("Manifest applied");
    }

    private static async Task ShowDiffAsync(Session session, Manifest manifest, string yaml, Target target, CancellationToken stop)
    {
        if (await session.Api.TryDiffManifestAsync(target.Space.Guid, yaml, stop) is not { } diff)
        {
            session.Terminal.Warn("Unable to generate diff. Continuing to apply manifest...");
            return;
        }

        session.Terminal.Line("\nUpdating with these attributes...");
        foreach (var line in ManifestDiffLines.Of(manifest, diff))
        {
            session.Terminal.Line(line.Mark switch
            {
                DiffMark.Added => session.Terminal.Paint(line.ToString(), Paint.Green),
                DiffMark.Removed => session.Terminal.Paint(line.ToString(), Paint.Red),
                _ => line.ToString(),
            });
        }
    }

    private static async Task PushAsync(Session session, Target target, App app, IAppFiles source, bool noStart, CancellationToken stop)
    {
        var package = await new PackageUploader(session).UploadAsync(app.Guid, source, stop);
        if (noStart) await StopAsync(session, app, stop);
        else await StartAsync(session, target, app, package, stop);
        session.Terminal.Line();
        await AppLauncher.ShowAsync(session, app.Name, target, withCommands: true, stop);
    }

    private static async Task StopAsync(Session session, App app, CancellationToken stop)
    {
        if (!app.IsStarted) return;
        session.Terminal.Line("Stopping Application...");
        await session.Api.ActAsync(app.Guid, "stop", stop);
        session.Terminal.Line("Application Stopped");
    }

    private static async Task StartAsync(Session session, Target target, App app, string package, CancellationToken stop)
    {
        session.Terminal.Line();
        var droplet = await new Stager(session).StageAsync(app, package, stop);
        await session.Api.SetCurrentDropletAsync(app.Guid, droplet, stop);
        session.Terminal.Line();
        session.Terminal.Say($"Waiting for app {app.Name} to start...");
        session.Terminal.Line();
        await session.Api.ActAsync(app.Guid, "restart", stop);
        try
        {
            await new AppStarter(session).WaitAsync(app, stop);
        }
        catch (AppStartException error) when (error.HasCrashed)
        {
            session.Terminal.Line();
            await AppLauncher.ShowAsync(session, app.Name, target, withCommands: true, stop);
            throw;
        }
    }
}
