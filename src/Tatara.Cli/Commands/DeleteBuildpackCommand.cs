using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class DeleteBuildpackCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Option<bool> force;
    private readonly Option<string?> stack;

    public DeleteBuildpackCommand() : base("delete-buildpack", "Delete a buildpack")
    {
        Usage = "cf delete-buildpack BUILDPACK [-f] [-s STACK]";
        RelatedCommands = "buildpacks";
        name = Required("BUILDPACK");
        force = Flag(["--force", "-f"], "Force deletion without confirmation");
        stack = Value(["--stack", "-s"], "Specify stack to disambiguate buildpacks with the same name. Required when buildpack name is ambiguous");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        session.RequireLogin();
        var buildpack = line.GetRequiredValue(name)!;
        var ofStack = line.GetValue(stack);
        if (!line.GetValue(force) && !session.Terminal.Confirm($"Really delete the buildpack {buildpack}?"))
        {
            session.Terminal.Line("Delete cancelled");
            return ExitCodes.Success;
        }

        if (string.IsNullOrEmpty(ofStack)) session.Terminal.Say($"Deleting buildpack {buildpack}...");
        else session.Terminal.Say($"Deleting buildpack {buildpack} with stack {ofStack}...");
        try
        {
            await session.Api.DeleteBuildpackAsync((await session.Api.FindBuildpackAsync(buildpack, ofStack, stop)).Guid, stop);
        }
        catch (NotFoundException)
        {
            session.Terminal.Warn($"Buildpack '{buildpack}'{(string.IsNullOrEmpty(ofStack) ? "" : $" with stack '{ofStack}'")} does not exist.");
        }

        session.Terminal.Ok();
        return ExitCodes.Success;
    }
}
