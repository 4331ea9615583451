using System.CommandLine;
using System.Net;
using Tatara.Cluster;
using Tatara.Configuration;
using Tatara.Hosts;

namespace Tatara.Commands;

/// <summary>`tatara join TOKEN`: this machine becomes a host of the platform that the token is of.</summary>
internal static class JoinCommand
{
    /// <summary>Flags of `up` that mean the same on every host: the founding host has decided.</summary>
    private static readonly string[] s_decided = ["--domain", "--database", "--blobstore", "--ports-from", "--tcp-ports", "--network", "--deas"];

    public static Command Create()
    {
        var token = new Argument<string>("token") { Description = "what `tatara token create` printed on the founding host" };
        var name = new Option<string>("--name") { Description = "what to call this host", DefaultValueFactory = _ => Dns.GetHostName().Split('.')[0].ToLowerInvariant() };
        var config = new Option<string>("--config") { Description = "where to write this host's configuration", DefaultValueFactory = _ => HostConfiguration.UsualFile };
        var common = new CommonOptions();
        var command = new Command("join", "Make this machine a host of a platform. Its private key is made here and stays here.") { token, name, config };
        common.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (command.Options.FirstOrDefault(o => s_decided.Contains(o.Name) && result.GetResult(o) is { Implicit: false }) is { } decided)
                throw new SetupException($"{decided.Name} is not for a host that joins: the founding host has decided it for all.", $"Leave {decided.Name} out.");
            var parsed = JoinToken.Parse(result.GetRequiredValue(token))
                ?? throw new SetupException("This is not a token.", "Copy all that `tatara token create` printed: ADDRESS:PORT/FINGERPRINT/SECRET.");
            var file = Path.GetFullPath(result.GetRequiredValue(config));
            var member = await new Joining(common.Read(result), result.GetRequiredValue(name)).RunAsync(parsed, file, cancellationToken);
            Console.WriteLine($"This host is {member.Name} at {member.Address} now, for {string.Join(", ", member.Roles)}. Its configuration is {file}. Next:");
            Console.WriteLine($"  tatara run --config {file}");
            return 0;
        });
        return command;
    }
}
