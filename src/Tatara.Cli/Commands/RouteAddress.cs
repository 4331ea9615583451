using System.CommandLine;
using System.Globalization;

namespace Tatara.Cli.Commands;

/// <summary>A route as the user names it: a host, a path and a port under a domain.</summary>
internal sealed record RouteAddress(string Domain, string Host, string Path, int? Port)
{
    public override string ToString() =>
        (Host.Length > 0 ? Host + "." : "") + Domain + Path + (Port is null ? "" : string.Create(CultureInfo.InvariantCulture, $":{Port}"));

    /// <summary>Said when there is no such route.</summary>
    public string NotFoundText => Port is null
        ? $"Route with host '{Host}', domain '{Domain}', and path '{(Path.Length > 0 ? Path : "/")}' not found."
        : $"Route with domain '{Domain}' and port {Port} not found.";

    public static RouteAddress Read(ParseResult line, Argument<string?> domain, RouteOptions options)
    {
        var path = line.GetValue(options.Path) ?? "";
        if (path.Length > 0 && path[0] != '/') path = "/" + path;
        return new RouteAddress(line.GetRequiredValue(domain)!, line.GetValue(options.Host) ?? "", path, Number(line.GetValue(options.Port), "port"));
    }

    /// <exception cref="UsageException">It is not a number.</exception>
    public static int? Number(string? text, string flag)
    {
        if (text is null) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"invalid argument for flag `--{flag}' (expected int)") { IsFlagError = true };
    }
}

/// <summary>The flags that make an address of a domain.</summary>
internal sealed record RouteOptions(Option<string?> Host, Option<string?> Path, Option<string?> Port);
