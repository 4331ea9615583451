using System.CommandLine;
using System.Globalization;
using Tatara.Cli.Api.Records;
using Tatara.Cli.Apps;
using Tatara.Cli.CommandLine;
using Tatara.Cli.Terminal;

namespace Tatara.Cli.Commands;

internal sealed class ScaleCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Option<bool> force;
    private readonly Option<string?> instances;
    private readonly Option<string?> disk;
    private readonly Option<string?> memory;
    private readonly Option<string?> process;

    public ScaleCommand() : base("scale", "Change or view the instance count, disk space limit, and memory limit for an app")
    {
        Usage = "cf scale APP_NAME [--process PROCESS] [-i INSTANCES] [-k DISK] [-m MEMORY] [-f]\n\n"
            + "Modifying the app's disk or memory will cause the app to restart.";
        RelatedCommands = "push";
        EnvironmentVariables = [Timeouts.Startup];
        name = Required("APP_NAME");
        force = Flag(["--force", "-f"], "Force restart of app without prompt");
        instances = Value(["--instances", "-i"], "Number of instances");
        disk = Value(["-k"], "Disk limit (e.g. 256M, 1024M, 1G)");
        memory = Value(["-m"], "Memory limit (e.g. 256M, 1024M, 1G)");
        process = Value(["--process"], "App process to scale (Default: web)");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var count = ParseInstances(line.GetValue(instances));
        int? diskMb = line.GetValue(disk) is { } diskText ? ByteSize.ParseMegabytes(diskText) : null;
        int? memoryMb = line.GetValue(memory) is { } memoryText ? ByteSize.ParseMegabytes(memoryText) : null;
        var target = session.RequireSpace();
        var app = await session.Api.FindAppAsync(line.GetRequiredValue(name)!, target.Space.Guid, stop);
        if (count is null && diskMb is null && memoryMb is null)
        {
            await ShowAsync(session, app, target, stop);
            return ExitCodes.Success;
        }

        session.Terminal.Say($"Scaling app {app.Name} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        session.Terminal.Line();
        var restarts = diskMb is not null || memoryMb is not null;
        if (restarts && !line.GetValue(force) && !Confirm(session, app)) return ExitCodes.Success;
        await session.Api.ScaleAsync(app.Guid, line.GetValue(process) ?? Process.Web, count, memoryMb, diskMb, stop);
        if (restarts) await RestartAsync(session, app, target, stop);
        await WaitAndShowAsync(session, app, target, restarts, stop);
        return ExitCodes.Success;
    }

    /// <exception cref="UsageException">It is not a whole number of 0 or more.</exception>
    public static int? ParseInstances(string? text)
    {
        if (text is null) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw new UsageException("invalid argument for flag '-i' (expected int > 0)") { IsFlagError = true };
    }

    private static bool Confirm(Session session, App app)
    {
        if (!session.Terminal.Confirm($"This will cause the app to restart. Are you sure you want to scale {app.Name}?"))
        {
            session.Terminal.Line("Scaling cancelled");
            return false;
        }

        session.Terminal.Line();
        return true;
    }

    private static async Task RestartAsync(Session session, App app, Target target, CancellationToken stop)
    {
        session.Terminal.Say($"Stopping app {app.Name} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        session.Terminal.Line();
        await session.Api.ActAsync(app.Guid, "stop", stop);
        session.Terminal.Say($"Starting app {app.Name} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        session.Terminal.Line();
        await session.Api.ActAsync(app.Guid, "start", stop);
    }

    private static async Task WaitAndShowAsync(Session session, App app, Target target, bool restarted, CancellationToken stop)
    {
        try
        {
            if (restarted || app.IsStarted) await new AppStarter(session).WaitAsync(app, stop);
            session.Terminal.Line();
        }
        catch (AppStartException error) when (error.HasCrashed)
        {
            session.Terminal.Line();
            await ShowAsync(session, app, target, stop);
            throw;
        }

        await ShowAsync(session, app, target, stop);
    }

    private static async Task ShowAsync(Session session, App app, Target target, CancellationToken stop)
    {
        session.Terminal.Say(
            $"Showing current scale of app {app.Name} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        session.Terminal.Line();
        await AppLauncher.ShowAsync(session, app.Name, target, withCommands: false, stop);
    }
}
