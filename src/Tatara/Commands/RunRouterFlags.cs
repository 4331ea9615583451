using System.CommandLine;

namespace Tatara.Commands;

/// <summary>What a further router of one machine is told besides.</summary>
internal sealed class RunRouterFlags
{
    private readonly Option<int> _status = new("--status-port") { Description = "of a router: port of /healthz, /routes and /metrics (default: any free one)" };
    private readonly Option<string> _statusListen = new("--status-listen") { Description = "of a router: address of that port, for load balancers elsewhere", DefaultValueFactory = _ => "127.0.0.1" };
    private readonly Option<bool> _noTcp = new("--no-tcp-routes") { Description = "of a router: leave the ports of TCP routes to another router of this machine" };
    private readonly Option<bool> _require = new("--require-client-certificate") { Description = "of a router: turn HTTPS clients away that show no certificate; needs --client-ca" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_status, _statusListen, _noTcp, _require]) command.Options.Add(option);
    }

    public FurtherRouter Read(ParseResult result) =>
        new(result.GetValue(_status), result.GetRequiredValue(_statusListen), !result.GetValue(_noTcp), result.GetValue(_require));
}

/// <summary>How a further router differs from the machine's first.</summary>
internal sealed record FurtherRouter(int StatusPort, string StatusAddress, bool ServesTcp, bool RequiresClientCertificate);
