using System.Text.RegularExpressions;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Routes;

/// <summary>Host and path of a route, in the form in which they are kept.</summary>
/// <param name="Port">Of a TCP route. Null: none was asked for, so that a TCP route gets any free one.</param>
internal sealed partial record RouteName(string Host, string Path, int? Port = null)
{
    private const int MaxHost = 63;
    private const int MaxPath = 128;
    private const int MaxName = 253;

    public static RouteName Of(string? host, string? path, int? port = null) => new((host ?? "").ToLowerInvariant(), path ?? "", port);

    /// <summary>What is wrong with the text as such, in Cloud Foundry's words.</summary>
    public IEnumerable<string> Problems()
    {
        if (Host.Length > MaxHost) yield return $"Host is too long (maximum is {MaxHost} characters)";
        if (!HostPattern().IsMatch(Host)) yield return "Host must be either \"*\" or contain only alphanumeric characters, \"_\", or \"-\"";
        if (Path.Length > MaxPath) yield return $"Path is too long (maximum is {MaxPath} characters)";
        if (Path.Length > 0 && Path[0] != '/') yield return "Path must begin with /";
        if (Path.Contains('?', StringComparison.Ordinal)) yield return "Path cannot contain ?";
        if (Path == "/") yield return "Path cannot be exactly /";
        if (Path.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '#')) yield return "Path is invalid.";
    }

    /// <summary>What is wrong with it in a domain.</summary>
    public string? ProblemIn(Domain domain, string systemDomain)
    {
        if (domain.RouterGroupGuid is not null) return TcpProblem();
        if (Port > 0) return "Routes with protocol 'http' do not support ports.";
        if (Host.Length == 0 && domain.OrganizationGuid is null) return "Missing host. Routes in shared domains must have a host defined.";
        if (Host.Length + 1 + domain.Name.Length > MaxName) return "Host combined with domain name must be no more than 253 characters.";
        if (domain.Internal && Host == "*") return "Wildcard hosts are not supported for internal domains.";
        if (domain.Internal && Path.Length > 0) return "Paths are not supported for internal domains.";
        return domain.Name.Equals(systemDomain, StringComparison.OrdinalIgnoreCase) && s_systemHosts.Contains(Host)
            ? "Route conflicts with a reserved system route."
            : null;
    }

    private string? TcpProblem() => this switch
    {
        { Host.Length: > 0 } => "Hosts are not supported for TCP routes.",
        { Path.Length: > 0 } => "Paths are not supported for TCP routes.",
        { Port: 0 } => "Routes with protocol 'tcp' must specify a port.",
        _ => null,
    };

    public string TakenIn(Domain domain) => (Host, Path) switch
    {
        _ when domain.RouterGroupGuid is not null => $"Route already exists with port '{Port}' for domain '{domain.Name}'.",
        ("", "") => $"Route already exists for domain '{domain.Name}'.",
        (var host, "") => $"Route already exists with host '{host}' for domain '{domain.Name}'.",
        ("", var path) => $"Route already exists with path '{path}' for domain '{domain.Name}'.",
        var (host, path) => $"Route already exists with host '{host}' and path '{path}' for domain '{domain.Name}'.",
    };

    /// <summary>The platform's own names are served by its router like any app's: nobody else gets them.</summary>
    private static readonly string[] s_systemHosts = ["api", "uaa", "login", "log-cache", "log-stream", "console", "ssh", "doppler", "credhub"];

    [GeneratedRegex(@"^([\w\-]+|\*)?$", RegexOptions.ECMAScript)]
    private static partial Regex HostPattern();
}
