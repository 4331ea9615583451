using System.Text;
using Tatara.Router.OwnAnswers;
using Tatara.Router.Registry;

namespace Tatara.Router.Acme;

/// <summary>Which names a certificate is to be ordered for. Pure.</summary>
internal static class AcmeNames
{
    /// <summary>Names of routes that may have one: no wildcards, which HTTP-01 cannot prove, and no underscores, which no authority signs.</summary>
    public static IEnumerable<string> Wanted(IEnumerable<RouteKey> routes, NamePatterns patterns) =>
        routes.Where(r => !r.IsTcp && !r.IsWildcard && r.Host.Contains('.', StringComparison.Ordinal) && Uri.CheckHostName(r.Host) == UriHostNameType.Dns && !r.Host.Contains('_', StringComparison.Ordinal))
            .Select(r => r.Host)
            .Distinct(StringComparer.Ordinal)
            .Where(h => patterns.Match(Encoding.ASCII.GetBytes(h)));
}
