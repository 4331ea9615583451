using System.Text.Json.Serialization;

namespace Tatara.CloudController.Api;

/// <summary>A link of a response.</summary>
internal sealed record Link(string Href, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Method = null);

/// <summary>Makes URLs as users see them, through the router.</summary>
internal sealed class Links(CloudControllerOptions options)
{
    /// <summary>https://api.DOMAIN, with a port when it is not 443.</summary>
    public string ApiUrl { get; } = Component(options, "api");

    public Link To(string path) => new(ApiUrl + path);

    public Link Post(string path) => new(ApiUrl + path, "POST");

    public Link Put(string path) => new(ApiUrl + path, "PUT");

    /// <summary>https://NAME.DOMAIN of another part of the platform.</summary>
    public string ComponentUrl(string name) => Component(options, name);

    private static string Component(CloudControllerOptions options, string name) =>
        options.ExternalHttpsPort is null or 443 ? $"https://{name}.{options.Domain}" : $"https://{name}.{options.Domain}:{options.ExternalHttpsPort}";
}
