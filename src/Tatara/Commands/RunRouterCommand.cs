using System.CommandLine;
using System.Globalization;
using Tatara.Configuration;
using Tatara.Logging;
using Tatara.Router;
using Tatara.Up;

namespace Tatara.Commands;

/// <summary>`tatara run router`: a further router as a process of its own, on the bus of the platform on the same data folder. Routers share nothing else.</summary>
internal static class RunRouterCommand
{
    /// <summary>One that stands behind a load balancer waits until that has noticed.</summary>
    private static readonly TimeSpan DrainWait = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(60);

    /// <summary>How long one may take to end when nothing else is said.</summary>
    public static TimeSpan UsualDrain => DrainWait + DrainTimeout;

    public static Command Create()
    {
        var common = new CommonOptions();
        var index = new Option<int>("--index") { Description = "which of the platform's routers, from 1; `up` runs number 0", DefaultValueFactory = _ => 1 };
        var status = new Option<int>("--status-port") { Description = "port of /healthz, /routes and /metrics (default: any free one)" };
        var statusListen = new Option<string>("--status-listen") { Description = "address of that port, for load balancers elsewhere", DefaultValueFactory = _ => "127.0.0.1" };
        var noTcp = new Option<bool>("--no-tcp-routes") { Description = "leave the ports of TCP routes to another router of this machine" };
        var require = new Option<bool>("--require-client-certificate") { Description = "turn HTTPS clients away that show no certificate; needs --client-ca" };
        var router = new Command("router", "Run one more router. SIGTERM drains it: its health check fails, then it takes no more connections, then requests under way finish.") { index, status, statusListen, noTcp, require };
        common.AddTo(router);
        router.SetAction(async (result, cancellationToken) =>
        {
            var read = common.Read(result);
            var options = read with { Router = read.Router with { DrainWait = read.Router.DrainWait ?? DrainWait, DrainTimeout = read.Router.DrainTimeout ?? DrainTimeout, RequiresClientCertificate = result.GetValue(require) } };
            if (options.Router is { RequiresClientCertificate: true, ClientAuthorities: null })
                throw new SetupException("--require-client-certificate needs authorities to check certificates by.", "Add --client-ca FILE.");
            if (!File.Exists(options.SecretsFile)) throw new SetupException($"{options.Data} is not a platform's data folder.", "Name the right one by --data.");
            if (result.GetValue(index) < 1) throw new SetupException($"--index {result.GetValue(index)} cannot be.", "Further routers count from 1.");
            var name = PlatformOptions.RouterName(result.GetValue(index));
            using var taken = PlatformLock.TryTake(Path.Combine(options.Data, name, "router.lock"))
                ?? throw new SetupException($"{name} runs already.", "One process a router; --index chooses another.");
            PortCheck.EnsureFreeForRouter(options);
            var logging = PlatformLogging.To(Path.Combine(options.Data, "log", name + ".log"), LogLevel.Error, options.JsonLog);
            var place = new RouterPlace(name, result.GetValue(status), result.GetRequiredValue(statusListen), !result.GetValue(noTcp));
            using var host = new RoleHosts(options, Secrets.LoadOrCreate(options.SecretsFile), logging).Router(place);
            await host.StartAsync(cancellationToken);
            var ports = host.Services.GetRequiredService<RouterPorts>();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} runs as process {Environment.ProcessId}: HTTP {ports.Http}, HTTPS {ports.Https}, status {ports.Status}."));
            await UpCommand.WaitAsync(cancellationToken);
            Console.WriteLine($"{name} drains.");
            await host.StopAsync(CancellationToken.None);
            return 0;
        });
        return router;
    }
}
