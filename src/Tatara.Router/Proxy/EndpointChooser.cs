using System.Buffers.Text;
using System.Text;
using Tatara.Router.Proxy.Http1;
using Tatara.Router.Registry;

namespace Tatara.Router.Proxy;

/// <summary>Decides which endpoint a request goes to.</summary>
internal static class EndpointChooser
{
    private const int GuidLength = 36;

    /// <summary>
    /// 1. the instance the request is for, 2. the one its session sticks to, 3. of those that are well the nearest, and
    /// of these the next in turn or the least busy, 4. any that was not tried. One that serves as many requests as it may
    /// is left out, and the exchange says so.
    /// </summary>
    public static Endpoint? Choose(Exchange exchange, long now, RouterOptions options)
    {
        var members = exchange.Route!.Members;
        // 1.
        if (exchange.OnlyEndpoint is { } only) return IsFree(exchange, only, options) ? only : null;
        // 2.
        if (!exchange.StickyId.IsEmpty)
            foreach (var member in members)
                if (Ascii.Equals(exchange.Request[exchange.StickyId], member.Endpoint.InstanceId) && !member.Endpoint.IsAside(now) && IsFree(exchange, member.Endpoint, options))
                    return member.Endpoint;
        if (members.Length == 1) return IsFree(exchange, members[0].Endpoint, options) ? members[0].Endpoint : null;
        // 3. and 4.
        var (best, bestRank) = ((Endpoint?)null, long.MaxValue);
        var takesLeast = exchange.Route.Balancing == Balancing.LeastConnection;
        var turn = exchange.Route.NextTurn();
        for (uint i = 0; i < members.Length; i++)
        {
            var endpoint = members[(turn + i) % (uint)members.Length].Endpoint;
            if (!IsFree(exchange, endpoint, options)) continue;
            var rank = Rank(endpoint, now, options) + (takesLeast ? endpoint.Active : 0);
            if (rank >= bestRank) continue;
            (best, bestRank) = (endpoint, rank);
            if (rank == 0) break;
        }
        return best;
    }

    /// <summary>Better ones have less: an endpoint that is well goes before one that is near.</summary>
    private static long Rank(Endpoint endpoint, long now, RouterOptions options)
    {
        const long far = 1L << 32, aside = 1L << 33;
        var rank = endpoint.IsAside(now) ? aside : 0;
        return options.Zone is null || options.Zone == endpoint.Zone ? rank : rank + far;
    }

    /// <summary>Reads X-Cf-App-Instance: "APP_GUID:INDEX".</summary>
    /// <returns>Null when the field is absent or names an instance of the route; else what is wrong.</returns>
    public static RouterError? ReadInstanceField(Exchange exchange)
    {
        var request = exchange.Request;
        var part = request.Find(FieldId.AppInstance);
        if (part.IsEmpty) return null;
        var value = request[part];
        if (value.Length <= GuidLength + 1 || value[GuidLength] != (byte)':') return RouterError.InvalidInstanceField;
        var app = value[..GuidLength];
        var index = value[(GuidLength + 1)..];
        if (!Utf8Parser.TryParse(app, out Guid _, out var length) || length != GuidLength || index.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return RouterError.InvalidInstanceField;
        foreach (var member in exchange.Route!.Members)
        {
            var endpoint = member.Endpoint;
            if (endpoint is not { Owner.App: { } ownApp, Index: { } ownIndex } || !Ascii.EqualsIgnoreCase(app, ownApp) || !Ascii.Equals(index, ownIndex)) continue;
            exchange.OnlyEndpoint = endpoint;
            return null;
        }
        return RouterError.UnknownInstance;
    }

    private static bool IsFree(Exchange exchange, Endpoint endpoint, RouterOptions options)
    {
        if (exchange.Tried.Contains(endpoint)) return false;
        if (options.MaxConnectionsPerEndpoint is not (> 0 and var most) || endpoint.Active < most) return true;
        exchange.IsOverloaded = true;
        return false;
    }
}
