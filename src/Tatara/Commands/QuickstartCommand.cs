using System.CommandLine;
using Tatara.Configuration;
using Tatara.Logging;
using Tatara.Setup;
using Tatara.Up;

namespace Tatara.Commands;

/// <summary>`tatara quickstart`: sets everything up and proves the main job by pushing an app and fetching it.</summary>
internal static class QuickstartCommand
{
    private const string App = "dora";
    private const string Organization = "demo";
    private const string Space = "dev";

    public static Command Create()
    {
        var common = new CommonOptions();
        var exit = new Option<bool>("--exit") { Description = "leave with 0 after the proof, for scripts" };
        var noTrust = new Option<bool>("--no-trust") { Description = "do not add the platform's CA (good for its own domain only) to this machine's" };
        var command = new Command("quickstart", "Set up everything, start the platform, push a sample app and fetch it.") { exit, noTrust };
        common.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var options = common.Read(result);
            var progress = new Progress(Console.Out, !Console.IsOutputRedirected);
            await Preparation.RunAsync(progress, options, cancellationToken);
            await InstallAsync(progress, options, !result.GetValue(noTrust), cancellationToken);

            await using var platform = new Platform(options, PlatformLogging.To(options.LogFile, null));
            await progress.StepAsync("Starting the platform", async () =>
            {
                if (Platform.IsRunning(options)) return "already running";
                await platform.StartAsync(cancellationToken);
                return "ready";
            });
            await ProveAsync(progress, options, platform.Secrets, cancellationToken);
            PrintNext(options, platform.Secrets);
            if (result.GetValue(exit)) return 0;
            Console.WriteLine("The platform runs until Ctrl-C; the apps keep running after it. `./tatara up` starts it again.");
            await UpCommand.WaitAsync(cancellationToken);
            Console.WriteLine("Stopping; the apps keep running.");
            return 0;
        });
        return command;
    }

    private static async Task InstallAsync(Progress progress, PlatformOptions options, bool trust, CancellationToken cancellationToken)
    {
        await progress.StepAsync("The cf command", () => Task.FromResult<string?>(CfInstallation.Install()));
        if (trust) await progress.StepAsync("Trust in the platform's CA on this machine", async () => await TrustedAuthority.AddAsync(options, cancellationToken));
    }

    private static async Task ProveAsync(Progress progress, PlatformOptions options, Secrets secrets, CancellationToken cancellationToken)
    {
        var cf = new CfClient(options);
        await progress.StepAsync("Logging in", async () =>
        {
            await cf.RunAsync(["api", options.ApiUrl.ToString()], cancellationToken);
            await cf.RunAsync(["auth", "admin"], cancellationToken, ("CF_PASSWORD", secrets.AdminPassword));
            await cf.RunAsync(["create-org", Organization], cancellationToken);
            await cf.RunAsync(["target", "-o", Organization], cancellationToken);
            await cf.RunAsync(["create-space", Space], cancellationToken);
            await cf.RunAsync(["target", "-o", Organization, "-s", Space], cancellationToken);
            return null;
        });
        await progress.StepAsync($"cf push {App}", async () =>
        {
            await cf.RunAsync(["push", App, "-p", Repository.Sample(App), "-m", "128M"], cancellationToken);
            return null;
        });
        await progress.StepAsync($"Fetching {options.AppUrl(App)}", async () =>
        {
            using var client = PlatformHttp.CreateClient(options);
            var page = await client.GetStringAsync(options.AppUrl(App), cancellationToken);
            return page.StartsWith("Hi, I'm Dora!", StringComparison.Ordinal)
                ? "\"Hi, I'm Dora!\""
                : throw new SetupException($"{options.AppUrl(App)} answers something else: {page[..Math.Min(80, page.Length)]}", "Another app may have this name: cf apps");
        });
    }

    private static void PrintNext(PlatformOptions options, Secrets secrets)
    {
        Console.WriteLine($"""

              App    {options.AppUrl(App)}
              API    {options.ApiUrl.ToString().TrimEnd('/')}
              Login  admin / {secrets.AdminPassword}

            Next:
              cf login -a {options.ApiUrl.ToString().TrimEnd('/')} -u admin -p {secrets.AdminPassword} -o {Organization} -s {Space}
              cf scale {App} -i 3
              cf logs {App} --recent

            """);
    }
}
