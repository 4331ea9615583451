using System.CommandLine;
using Tatara.Cluster;
using Tatara.Hosts;

namespace Tatara.Commands;

/// <summary>`tatara remove HOST`: nobody of the platform talks to it any more.</summary>
internal static class RemoveCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("host") { Description = "its name" };
        var config = new Option<string>("--config") { Description = "the founding host's configuration file", DefaultValueFactory = _ => HostConfiguration.UsualFile };
        var command = new Command("remove", "Take a host out of the platform for good: its certificates are refused from now on, and what it ran is started elsewhere. Drain it first if it still works.") { name, config };
        command.SetAction(async (result, cancellationToken) =>
        {
            var host = TokenCommand.FoundingHost(result.GetRequiredValue(config));
            await new MemberStore(host.Identity.MembersFile).RemoveAsync(result.GetRequiredValue(name), DateTimeOffset.UtcNow, cancellationToken);
            Console.WriteLine($"{result.GetRequiredValue(name)} is removed. Its name will not be given again.");
            return 0;
        });
        return command;
    }
}
