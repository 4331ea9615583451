using System.CommandLine;
using Tatara.Setup;
using Tatara.Up;

namespace Tatara.Commands;

/// <summary>`tatara setup`: makes stack, buildpacks and certificates, and starts nothing.</summary>
internal static class SetupCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var command = new Command("setup", "Make the stack, the buildpacks and the certificates, and start nothing.");
        common.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await Preparation.RunAsync(new Progress(Console.Out, !Console.IsOutputRedirected), common.Read(result), cancellationToken);
            return 0;
        });
        return command;
    }
}
