namespace Tatara.CloudController.Auth;

/// <summary>Who asks, as the token says.</summary>
/// <param name="Guid">The user's, or the client's id when no user stands behind the token.</param>
internal sealed record Caller(string Guid, string Name, string? Origin, bool IsClient, IReadOnlySet<string> Scopes)
{
    public bool IsAdmin => Scopes.Contains("cloud_controller.admin");

    /// <summary>May see everything in every organization.</summary>
    public bool SeesAll => IsAdmin || Scopes.Contains("cloud_controller.admin_read_only") || Scopes.Contains("cloud_controller.global_auditor");

    /// <summary>May see credentials, environment variables and the like everywhere.</summary>
    public bool SeesSecrets => IsAdmin || Scopes.Contains("cloud_controller.admin_read_only");

    public bool MayRead => SeesAll || Scopes.Contains("cloud_controller.read");

    public bool MayWrite => IsAdmin || Scopes.Contains("cloud_controller.write");
}

/// <summary>Whom the work of this scope is done for: a request's caller, or the one who asked for a job.</summary>
internal sealed class CallerHolder
{
    public Caller? Current { get; set; }
}

/// <summary>Marks endpoints that need no token.</summary>
internal sealed class AnonymousEndpoint
{
    public static readonly AnonymousEndpoint Instance = new();
}
