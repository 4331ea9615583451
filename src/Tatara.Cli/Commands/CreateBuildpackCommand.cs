using System.CommandLine;
using System.Globalization;
using Tatara.Cli.Buildpacks;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class CreateBuildpackCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Argument<string?> path;
    private readonly Argument<string?> position;
    private readonly Option<bool> disable;

    public CreateBuildpackCommand() : base("create-buildpack", "Create a buildpack")
    {
        Usage = """
            cf create-buildpack BUILDPACK PATH POSITION [--disable]

            TIP:
               Path should be a zip file, a url to a zip file, or a local directory. Position is a positive integer, sets priority, and is sorted from lowest to highest.
            """;
        RelatedCommands = "buildpacks, push";
        name = Required("BUILDPACK");
        path = Required("PATH");
        position = Required("POSITION");
        disable = Flag(["--disable"], "Disable the buildpack from being used for staging");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var buildpack = line.GetRequiredValue(name)!;
        var place = line.GetRequiredValue(path)!;
        BuildpackZip.Check(place);
        var order = Position(line.GetRequiredValue(position)!);
        var user = session.RequireLogin().UserName;
        session.Terminal.Say($"Creating buildpack {buildpack} as {user}...");
        await using var zip = await BuildpackZip.OpenAsync(place, stop);
        var created = await session.Api.CreateBuildpackAsync(buildpack, order, !line.GetValue(disable), stop);
        session.Terminal.Ok();
        try
        {
            await BuildpackUploader.UploadAsync(session, created.Guid, buildpack, user, zip, stop);
        }
        catch (CfException error)
        {
            throw new CfException(
                $"{error.Message}\n\nTIP: A buildpack with name '{buildpack}' and nil stack has been created. "
                + "Use 'cf delete-buildpack' to delete it or 'cf update-buildpack' to try again.",
                error);
        }

        return ExitCodes.Success;
    }

    /// <exception cref="UsageException">It is no number.</exception>
    internal static int Position(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new UsageException($"Value for POSITION must be integer, not '{text}'.") { IsFlagError = true };
}
