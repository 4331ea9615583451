namespace Tatara.Router.RouteServices;

/// <summary>How a request's head differs from what the client sent, because of a route service. The three fields of a route service are left out of the client's.</summary>
/// <param name="Authority">Host field; null: the client's.</param>
/// <param name="Target">Path and query; null: the client's.</param>
/// <param name="Fields">Field lines to add, each with its CRLF.</param>
internal sealed record RequestRewrite(byte[]? Authority, byte[]? Target, byte[] Fields)
{
    /// <summary>Back from the service, to the app.</summary>
    public static readonly RequestRewrite ToApp = new(null, null, []);

    /// <summary>Bounds what it adds to the head.</summary>
    public int Length => (Authority?.Length ?? 0) + (Target?.Length ?? 0) + Fields.Length;
}
