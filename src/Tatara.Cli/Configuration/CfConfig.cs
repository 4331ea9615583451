using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Tatara.Cli.Configuration;

/// <summary>
/// What `cf` remembers between commands. The fields and file are the official CLI's, so that both share one
/// login; fields this program does not know are kept.
/// </summary>
[SuppressMessage("Maintainability", "CA1507", Justification = "The names are the file's, whatever the properties are called.")]
internal sealed class CfConfig(JsonObject fields)
{
    public const int Version = 4;

    public const string DefaultClient = "cf";

    public string Target { get => Text("Target"); set => Set("Target", value); }

    public string ApiVersion { get => Text("APIVersion"); set => Set("APIVersion", value); }

    public string AuthorizationEndpoint { get => Text("AuthorizationEndpoint"); set => Set("AuthorizationEndpoint", value); }

    public string UaaEndpoint { get => Text("UaaEndpoint"); set => Set("UaaEndpoint", value); }

    public string LogCacheEndpoint { get => Text("LogCacheEndPoint"); set => Set("LogCacheEndPoint", value); }

    public string DopplerEndpoint { get => Text("DopplerEndPoint"); set => Set("DopplerEndPoint", value); }

    public string RoutingEndpoint { get => Text("RoutingAPIEndpoint"); set => Set("RoutingAPIEndpoint", value); }

    public string NetworkPolicyEndpoint { get => Text("NetworkPolicyV1Endpoint"); set => Set("NetworkPolicyV1Endpoint", value); }

    /// <summary>"bearer " and the token, as it goes into the Authorization header.</summary>
    public string AccessToken { get => Text("AccessToken"); set => Set("AccessToken", value); }

    public string RefreshToken { get => Text("RefreshToken"); set => Set("RefreshToken", value); }

    public string GrantType { get => Text("UAAGrantType"); set => Set("UAAGrantType", value); }

    public string Client { get => Text("UAAOAuthClient") is { Length: > 0 } name ? name : DefaultClient; set => Set("UAAOAuthClient", value); }

    public string ClientSecret { get => Text("UAAOAuthClientSecret"); set => Set("UAAOAuthClientSecret", value); }

    public string Trace => Text("Trace");

    public bool SkipSslValidation
    {
        get => fields["SSLDisabled"]?.GetValueKind() == System.Text.Json.JsonValueKind.True;
        set => Set("SSLDisabled", value);
    }

    public NamedGuid Organization
    {
        get => Named("OrganizationFields");
        set => Set("OrganizationFields", new JsonObject { ["GUID"] = value.Guid, ["Name"] = value.Name });
    }

    public NamedGuid Space
    {
        get => Named("SpaceFields");
        set => Set("SpaceFields", new JsonObject { ["GUID"] = value.Guid, ["Name"] = value.Name, ["AllowSSH"] = value.Guid.Length > 0 });
    }

    /// <summary>Whether a field was set since it was read or written.</summary>
    public bool IsChanged { get; private set; }

    public JsonObject Fields => fields;

    public static CfConfig CreateDefault() => new(new JsonObject
    {
        ["AccessToken"] = "",
        ["APIVersion"] = "",
        ["AsyncTimeout"] = 0,
        ["AuthorizationEndpoint"] = "",
        ["ColorEnabled"] = "",
        ["ConfigVersion"] = Version,
        ["DopplerEndPoint"] = "",
        ["Locale"] = "",
        ["LogCacheEndPoint"] = "",
        ["MinCLIVersion"] = "",
        ["MinRecommendedCLIVersion"] = "",
        ["NetworkPolicyV1Endpoint"] = "",
        ["OrganizationFields"] = new JsonObject { ["GUID"] = "", ["Name"] = "" },
        ["PluginRepos"] = new JsonArray(),
        ["RefreshToken"] = "",
        ["RoutingAPIEndpoint"] = "",
        ["SpaceFields"] = new JsonObject { ["GUID"] = "", ["Name"] = "", ["AllowSSH"] = false },
        ["SSHOAuthClient"] = "ssh-proxy",
        ["SSLDisabled"] = false,
        ["Target"] = "",
        ["Trace"] = "",
        ["UaaEndpoint"] = "",
        ["UAAGrantType"] = "",
        ["UAAOAuthClient"] = DefaultClient,
        ["UAAOAuthClientSecret"] = "",
    });

    public void ForgetTarget()
    {
        Organization = NamedGuid.None;
        Space = NamedGuid.None;
    }

    public void ForgetLogin()
    {
        AccessToken = "";
        RefreshToken = "";
        GrantType = "";
        Client = DefaultClient;
        ClientSecret = "";
        ForgetTarget();
    }

    public void MarkSaved() => IsChanged = false;

    private string Text(string field) =>
        fields[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private NamedGuid Named(string field) =>
        fields[field] is JsonObject named
            ? new NamedGuid(named["GUID"]?.GetValue<string>() ?? "", named["Name"]?.GetValue<string>() ?? "")
            : NamedGuid.None;

    private void Set(string field, JsonNode value)
    {
        if (JsonNode.DeepEquals(fields[field], value)) return;
        fields[field] = value;
        IsChanged = true;
    }
}

/// <summary>An organization or space that is targeted; both empty when none is.</summary>
internal readonly record struct NamedGuid(string Guid, string Name)
{
    public static NamedGuid None { get; } = new("", "");

    public bool IsSet => Guid.Length > 0;
}
