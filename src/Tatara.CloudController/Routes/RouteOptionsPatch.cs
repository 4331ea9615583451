using System.Text.Json;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Routes;

/// <summary>options of a request about a route. An option that is null goes; one that is not mentioned stays.</summary>
/// <param name="Changes">Whether it says anything.</param>
/// <param name="LoadBalancing">One of <see cref="Balancings"/>; null: the routers' usual one.</param>
internal sealed record RouteOptionsPatch(bool Changes, string? LoadBalancing)
{
    public const string LoadBalancingKey = "loadbalancing";

    public static readonly string[] Balancings = ["round-robin", "least-connection"];

    public static readonly RouteOptionsPatch Nothing = new(false, null);

    /// <summary>As messages list them.</summary>
    public static string BalancingNames { get; } = string.Join(", ", Balancings);

    public static RouteOptionsPatch Read(Body body)
    {
        if (!body.Has("options")) return Nothing;
        if (body.Raw.GetProperty("options").ValueKind != JsonValueKind.Object)
        {
            body.Fail("Options 'options' is not a valid object");
            return Nothing;
        }
        var options = body.Object("options")!;
        if (!options.Has(LoadBalancingKey)) return Nothing;
        var value = options.Raw.GetProperty(LoadBalancingKey);
        if (value.ValueKind == JsonValueKind.Null) return new(true, null);
        if (value.ValueKind == JsonValueKind.String && Balancings.Contains(value.GetString())) return new(true, value.GetString());
        options.Fail(LoadBalancingKey, $"must be one of '{BalancingNames}' if present");
        return Nothing;
    }

    /// <returns>Whether the route is another one now.</returns>
    public bool ApplyTo(Route route)
    {
        if (!Changes || route.LoadBalancing == LoadBalancing) return false;
        route.LoadBalancing = LoadBalancing;
        return true;
    }

    /// <summary>What a route's options are, as responses and manifests have them.</summary>
    public static IReadOnlyDictionary<string, string> Of(Route route) =>
        route.LoadBalancing is { } balancing ? new Dictionary<string, string> { [LoadBalancingKey] = balancing } : new Dictionary<string, string>();
}
