using System.Text.Json.Serialization;

namespace Tatara.Cli.Api.Records;

internal sealed record Root(RootLinks Links);

internal sealed record RootLinks(
    [property: JsonPropertyName("cloud_controller_v3")] RootLink? CloudController,
    RootLink? Login,
    RootLink? Uaa,
    RootLink? Logging,
    RootLink? LogCache,
    RootLink? Routing,
    [property: JsonPropertyName("network_policy_v1")] RootLink? NetworkPolicy);

internal sealed record RootLink(string? Href, RootLinkMeta? Meta);

internal sealed record RootLinkMeta(string? Version);

internal sealed record LoginPrompts(IReadOnlyDictionary<string, string[]>? Prompts);

internal sealed record TokenResponse(string AccessToken, string? RefreshToken);

internal sealed record UaaError(string? Error, [property: JsonPropertyName("error_description")] string? Description);
