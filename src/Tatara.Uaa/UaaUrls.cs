namespace Tatara.Uaa;

/// <summary>Where users find the UAA.</summary>
internal sealed class UaaUrls(UaaOptions options)
{
    private readonly string _port = options.ExternalHttpsPort is { } port and not 443 ? $":{port}" : "";

    public string Uaa => $"https://uaa.{options.Domain}{_port}";

    public string Login => $"https://login.{options.Domain}{_port}";

    /// <summary>The name in tokens. It stays the same when the port changes.</summary>
    public string Issuer => $"https://uaa.{options.Domain}/oauth/token";

    /// <summary>Host names that routers send here.</summary>
    public IReadOnlyList<string> Hosts => [$"uaa.{options.Domain}", $"login.{options.Domain}"];
}
