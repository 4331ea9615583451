using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class VersionCommand : CfCommand
{
    public VersionCommand() : base("version", "Print the version") =>
        Usage = "cf version\n\n'cf -v' and 'cf --version' are also accepted.";

    public override Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        session.Terminal.Line($"cf version {CfVersion.Text}");
        return Task.FromResult(ExitCodes.Success);
    }
}
