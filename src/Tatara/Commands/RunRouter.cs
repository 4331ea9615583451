using System.Globalization;
using Tatara.Configuration;
using Tatara.Logging;
using Tatara.Router;
using Tatara.Up;

namespace Tatara.Commands;

/// <summary>`tatara run router`: a further router as a process of its own, on the bus of the platform on the same data folder. Routers share nothing else.</summary>
internal static class RunRouter
{
    /// <summary>One that stands behind a load balancer waits until that has noticed.</summary>
    private static readonly TimeSpan DrainWait = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(60);

    /// <summary>How long one may take to end when nothing else is said.</summary>
    public static TimeSpan UsualDrain => DrainWait + DrainTimeout;

    public static async Task<int> RunAsync(PlatformOptions read, int index, FurtherRouter further, CancellationToken cancellationToken)
    {
        var options = read with { Router = read.Router with { DrainWait = read.Router.DrainWait ?? DrainWait, DrainTimeout = read.Router.DrainTimeout ?? DrainTimeout, RequiresClientCertificate = further.RequiresClientCertificate } };
        if (options.Router is { RequiresClientCertificate: true, ClientAuthorities: null })
            throw new SetupException("--require-client-certificate needs authorities to check certificates by.", "Add --client-ca FILE.");
        if (!File.Exists(options.SecretsFile)) throw new SetupException($"{options.Data} is not a platform's data folder.", "Name the right one by --data.");
        if (index < 1) throw new SetupException($"--index {index} cannot be.", "Further routers count from 1.");
        var name = PlatformOptions.RouterName(index);
        using var taken = PlatformLock.TryTake(Path.Combine(options.Data, name, "router.lock"))
            ?? throw new SetupException($"{name} runs already.", "One process a router; --index chooses another.");
        PortCheck.EnsureFreeForRouter(options);
        var logging = PlatformLogging.To(Path.Combine(options.Data, "log", name + ".log"), LogLevel.Error, options.JsonLog);
        var place = new RouterPlace(name, further.StatusPort, further.StatusAddress, further.ServesTcp);
        using var host = RoleHosts.OnOneMachine(options, logging).Router(place);
        await host.StartAsync(cancellationToken);
        var ports = host.Services.GetRequiredService<RouterPorts>();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} runs as process {Environment.ProcessId}: HTTP {ports.Http}, HTTPS {ports.Https}, status {ports.Status}."));
        await UpCommand.WaitAsync(cancellationToken);
        Console.WriteLine($"{name} drains.");
        await host.StopAsync(CancellationToken.None);
        return 0;
    }
}
