using Microsoft.AspNetCore.Http;

namespace Tatara.Uaa.Errors;

/// <summary>An answer other than success, in UAA's words: a status, a code and a sentence.</summary>
internal sealed class UaaException(int status, string error, string description) : Exception(description)
{
    public int Status { get; } = status;

    public string Error { get; } = error;

    /// <summary>Set when a token lacks a scope: which ones would do.</summary>
    public string? Scope { get; private init; }

    public static UaaException InvalidRequest(string description) => new(StatusCodes.Status400BadRequest, "invalid_request", description);

    public static UaaException InvalidClient(string description) => new(StatusCodes.Status401Unauthorized, "invalid_client", description);

    public static UaaException Unauthorized(string description) => new(StatusCodes.Status401Unauthorized, "unauthorized", description);

    public static UaaException InvalidGrant(string description) => new(StatusCodes.Status400BadRequest, "invalid_grant", description);

    public static UaaException InvalidScope(string description) => new(StatusCodes.Status400BadRequest, "invalid_scope", description);

    public static UaaException InvalidToken(string description) => new(StatusCodes.Status401Unauthorized, "invalid_token", description);

    public static UaaException InsufficientScope(params IReadOnlyList<string> scopes) =>
        new(StatusCodes.Status403Forbidden, "insufficient_scope", "Insufficient scope for this resource") { Scope = string.Join(' ', scopes) };

    public static UaaException NotFound(string error, string description) => new(StatusCodes.Status404NotFound, error, description);

    public static UaaException InvalidResource(string description) => new(StatusCodes.Status400BadRequest, "invalid_scim_resource", description);

    public static UaaException Conflict(string description) => new(StatusCodes.Status409Conflict, "scim_resource_already_exists", description);
}
