using System.Buffers.Text;
using System.Text;
using Tatara.Router.Proxy.Http1;
using Tatara.Router.Registry;

namespace Tatara.Router.Proxy;

/// <summary>Decides which endpoint a request goes to.</summary>
internal static class EndpointChooser
{
    private const int GuidLength = 36;

    /// <summary>1. the instance the request is for, 2. the one its session sticks to, 3. the next in turn that is well, 4. any that was not tried.</summary>
    public static Endpoint? Choose(Exchange exchange, long now)
    {
        var members = exchange.Route!.Members;
        // 1.
        if (exchange.OnlyEndpoint is { } only) return exchange.Tried.Contains(only) ? null : only;
        // 2.
        if (!exchange.StickyId.IsEmpty)
            foreach (var member in members)
                if (IsFree(exchange, member.Endpoint) && !member.Endpoint.IsAside(now) && Ascii.Equals(exchange.Request[exchange.StickyId], member.Endpoint.InstanceId))
                    return member.Endpoint;
        // 3. and 4.
        Endpoint? resort = null;
        var turn = members.Length > 1 ? exchange.Route.NextTurn() : 0;
        for (uint i = 0; i < members.Length; i++)
        {
            var endpoint = members[(turn + i) % (uint)members.Length].Endpoint;
            if (!IsFree(exchange, endpoint)) continue;
            if (!endpoint.IsAside(now)) return endpoint;
            resort ??= endpoint;
        }
        return resort;
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

    private static bool IsFree(Exchange exchange, Endpoint endpoint) => !exchange.Tried.Contains(endpoint);
}
