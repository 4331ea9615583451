using System.CommandLine;
using System.Text.Json.Nodes;
using Tatara.Cli.Buildpacks;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class UpdateBuildpackCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Option<string?> assignStack;
    private readonly Option<bool> disable;
    private readonly Option<bool> enable;
    private readonly Option<bool> doLock;
    private readonly Option<string?> path;
    private readonly Option<string?> position;
    private readonly Option<string?> rename;
    private readonly Option<string?> stack;
    private readonly Option<bool> unlock;

    public UpdateBuildpackCommand() : base("update-buildpack", "Update a buildpack")
    {
        Usage = """
            cf update-buildpack BUILDPACK [-p PATH | -s STACK | --assign-stack NEW_STACK] [-i POSITION] [--rename NEW_NAME] [--enable|--disable] [--lock|--unlock]

            TIP:
            Path should be a zip file, a url to a zip file, or a local directory. Position is a positive integer, sets priority, and is sorted from lowest to highest.

            Use '--assign-stack' with caution. Associating a buildpack with a stack that it does not support may result in undefined behavior. Additionally, changing this association once made may require a local copy of the buildpack.
            """;
        RelatedCommands = "buildpacks, create-buildpack, delete-buildpack";
        name = Required("BUILDPACK");
        assignStack = Value(["--assign-stack"], "Assign a stack to a buildpack that does not have a stack association");
        disable = Flag(["--disable"], "Disable the buildpack from being used for staging");
        enable = Flag(["--enable"], "Enable the buildpack to be used for staging");
        doLock = Flag(["--lock"], "Lock the buildpack to prevent updates");
        path = Value(["--path", "-p"], "Path to directory or zip file");
        position = Value(["--position", "-i"], "The order in which the buildpacks are checked during buildpack auto-detection");
        rename = Value(["--rename"], "Rename an existing buildpack");
        stack = Value(["--stack", "-s"], "Specify stack to disambiguate buildpacks with the same name");
        unlock = Flag(["--unlock"], "Unlock the buildpack to enable updates");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var place = line.GetValue(path);
        if (place is not null) BuildpackZip.Check(place);
        var changes = Changes(line);
        CheckCombinations(line);
        var user = session.RequireLogin().UserName;
        var buildpack = line.GetRequiredValue(name)!;
        Announce(session, line, buildpack, user);
        await using var zip = place is null ? null : await BuildpackZip.OpenAsync(place, stop);
        var found = await session.Api.FindBuildpackAsync(buildpack, line.GetValue(stack), stop);
        var updated = await session.Api.UpdateBuildpackAsync(found.Guid, changes, stop);
        session.Terminal.Ok();
        if (zip is null) return ExitCodes.Success;
        await BuildpackUploader.UploadAsync(session, updated.Guid, buildpack, user, zip, stop);
        return ExitCodes.Success;
    }

    private JsonObject Changes(ParseResult line)
    {
        var changes = new JsonObject();
        if (line.GetValue(enable) || line.GetValue(disable)) changes["enabled"] = line.GetValue(enable);
        if (line.GetValue(doLock) || line.GetValue(unlock)) changes["locked"] = line.GetValue(doLock);
        if (line.GetValue(position) is { } order) changes["position"] = CreateBuildpackCommand.Position(order);
        if (line.GetValue(assignStack) is { Length: > 0 } newStack) changes["stack"] = newStack;
        if (line.GetValue(rename) is { Length: > 0 } newName) changes["name"] = newName;
        return changes;
    }

    private void CheckCombinations(ParseResult line)
    {
        (bool Clash, string Flags)[] clashes =
        [
            (line.GetValue(doLock) && line.GetValue(unlock), "--lock, --unlock"),
            (line.GetValue(enable) && line.GetValue(disable), "--enable, --disable"),
            (line.GetValue(path) is not null && line.GetValue(doLock), "--path, --lock"),
            (line.GetValue(path) is not null && line.GetValue(assignStack) is not null, "--path, --assign-stack"),
            (line.GetValue(stack) is not null && line.GetValue(assignStack) is not null, "--stack, --assign-stack"),
        ];
        foreach (var (clash, flags) in clashes)
            if (clash) throw new UsageException($"The following arguments cannot be used together: {flags}");
    }

    private void Announce(Session session, ParseResult line, string buildpack, string user)
    {
        if (line.GetValue(rename) is { Length: > 0 } newName)
        {
            session.Terminal.Say($"Renaming buildpack {buildpack} to {newName} as {user}...");
            session.Terminal.Line();
            buildpack = newName;
        }

        var ofStack = line.GetValue(stack);
        if (line.GetValue(assignStack) is { Length: > 0 } newStack)
        {
            session.Terminal.Say($"Assigning stack {newStack} to {buildpack} as {user}...");
            if (line.GetValue(position) is null && !line.GetValue(enable) && !line.GetValue(disable) && !line.GetValue(doLock) && !line.GetValue(unlock)) return;
            session.Terminal.Line();
            ofStack = newStack;
        }

        if (string.IsNullOrEmpty(ofStack)) session.Terminal.Say($"Updating buildpack {buildpack} as {user}...");
        else session.Terminal.Say($"Updating buildpack {buildpack} with stack {ofStack} as {user}...");
    }
}
