using System.CommandLine;
using System.Net;
using Tatara.Cluster;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Up;

namespace Tatara.Commands;

/// <summary>`tatara cluster init`: this machine becomes the first host of many.</summary>
internal static class ClusterCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var address = new Option<string>("--address") { Description = "IPv4 address that other hosts reach this one at", Required = true };
        var name = new Option<string>("--name") { Description = "what to call this host", DefaultValueFactory = _ => Dns.GetHostName().Split('.')[0].ToLowerInvariant() };
        var config = new Option<string>("--config") { Description = "where to write this host's configuration", DefaultValueFactory = _ => HostConfiguration.UsualFile };
        var init = new Command("init", "Make this machine the first host of many, with all roles. A platform that `tatara up` ran on it goes on as it is; stop it first.") { address, name, config };
        common.AddTo(init);
        init.SetAction(async (result, cancellationToken) =>
        {
            var options = common.Read(result);
            var (at, called, file) = (result.GetRequiredValue(address), result.GetRequiredValue(name), Path.GetFullPath(result.GetRequiredValue(config)));
            if (!HostFile.IsAddress(at)) throw new SetupException($"--address {at} is not an IPv4 address of a host.", "`ip -4 address` shows those that this machine has.");
            if (!HostFile.IsHostName(called)) throw new SetupException($"--name {called} cannot name a host.", "Use 1 to 40 lower case letters, digits and dashes.");
            if (Platform.IsRunning(options)) throw new SetupException($"The platform on {options.Data} is running.", "Stop it first (Ctrl-C where it runs); its apps keep running.");
            await new Founding(options, called, at).RunAsync(file, cancellationToken);
            Console.WriteLine($"{called} is the first host of {options.Domain}. Its configuration is {file}. Next:");
            Console.WriteLine($"  tatara run --config {file}");
            Console.WriteLine("  tatara token create --role dea      and on another machine: tatara join TOKEN");
            return 0;
        });
        return new Command("cluster", "Make a platform of many hosts.") { init };
    }
}
