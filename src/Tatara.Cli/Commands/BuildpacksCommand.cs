using System.CommandLine;
using System.Globalization;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class BuildpacksCommand : CfCommand
{
    private static readonly string[] Columns = ["position", "name", "stack", "enabled", "locked", "state", "filename", "lifecycle"];

    private readonly Option<string?> labels;

    public BuildpacksCommand() : base("buildpacks", "List all buildpacks")
    {
        Usage = "cf buildpacks [--labels SELECTOR]";
        Examples = "cf buildpacks\ncf buildpacks --labels 'environment in (production,staging),tier in (backend)'";
        RelatedCommands = "create-buildpack, delete-buildpack, update-buildpack";
        labels = Value(["--labels"], "Selector to filter buildpacks by labels");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireLogin();
        session.Terminal.Say($"Getting buildpacks as {user.UserName}...");
        session.Terminal.Line();
        var all = await session.Api.ListBuildpacksAsync(line.GetValue(labels), stop);
        var rows = all.Select(one => new[]
        {
            one.Position.ToString(CultureInfo.InvariantCulture),
            one.Name,
            one.Stack ?? "",
            Word(one.Enabled),
            Word(one.Locked),
            one.State ?? "",
            one.Filename ?? "",
            one.Lifecycle ?? "",
        });
        if (all.Count == 0) session.Terminal.Line("No buildpacks found");
        else session.Terminal.Table([Columns, .. rows]);
        return ExitCodes.Success;
    }

    private static string Word(bool value) => value ? "true" : "false";
}
