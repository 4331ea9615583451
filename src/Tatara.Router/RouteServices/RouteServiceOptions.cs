namespace Tatara.Router.RouteServices;

/// <summary>Route services: requests for some routes first go through another app.</summary>
/// <param name="Secret">What signatures are made of; the same on every router. Long and random.</param>
public sealed record RouteServiceOptions(string Secret)
{
    /// <summary>The secret before, whose signatures are still believed: set it for a while when the secret changes.</summary>
    public string? PreviousSecret { get; init; }

    /// <summary>How long a route service may take to send a request on. Longer lets it wait for more; shorter leaves less time to a stolen signature.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>PEM: authorities that route services outside the platform are believed by, beside those the machine knows.</summary>
    public string? AuthoritiesFile { get; init; }

    /// <summary>Whether route services are told to send requests on over HTTPS.</summary>
    public bool RecommendHttps { get; init; } = true;
}
