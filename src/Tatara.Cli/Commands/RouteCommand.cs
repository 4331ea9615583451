using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

/// <summary>A verb about one route.</summary>
internal abstract class RouteCommand(string name, string description) : CfCommand(name, description)
{
    /// <param name="purpose">"for" a route to come, "used to identify" one that is there.</param>
    protected RouteOptions RouteFlags(string purpose) => new(
        Value(["--hostname", "-n"], $"Hostname {purpose} the HTTP route (required for shared domains)"),
        Value(["--path"], $"Path {purpose} the HTTP route"),
        Value(["--port"], $"Port {purpose} the TCP route"));

    protected Option<string[]> PerRouteFlag() => Values(["--option", "-o"], "Set the value of a per-route option");

    protected static string UsageOf(string verb, string arguments, string action, string more = "") =>
        $"{action} an HTTP route:\n   cf {verb} {arguments} [--hostname HOSTNAME] [--path PATH]{more}\n\n{action} a TCP route:\n   cf {verb} {arguments} [--port PORT]";

    protected static string ExamplesOf(string verb, string arguments)
    {
        string[][] rows =
        [
            [$"cf {verb} {arguments}", "# example.com"],
            [$"cf {verb} {arguments} --hostname myhost", "# myhost.example.com"],
            [$"cf {verb} {arguments} --hostname myhost --path foo", "# myhost.example.com/foo"],
            [$"cf {verb} {arguments} --port 5000", "# example.com:5000"],
        ];
        return string.Join('\n', Terminal.Tables.Lines(rows, gap: 1));
    }
}
