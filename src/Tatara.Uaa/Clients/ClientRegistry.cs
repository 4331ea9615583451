using Tatara.Uaa.Groups;
using Tatara.Uaa.Tokens;

namespace Tatara.Uaa.Clients;

/// <summary>All clients: the built-in ones and those of the configuration.</summary>
internal sealed class ClientRegistry
{
    private readonly Dictionary<string, OAuthClient> _clients;

    public ClientRegistry(UaaOptions options)
    {
        _clients = options.Clients.ToDictionary(c => c.Id, StringComparer.Ordinal);
        _clients.TryAdd(CommandLine.Id, CommandLine);
    }

    public OAuthClient? Find(string id) => _clients.GetValueOrDefault(id);

    /// <summary>Cloud Foundry's own registration of its command line: 20 minutes, 30 days, and these scopes.</summary>
    private static OAuthClient CommandLine { get; } = new()
    {
        Id = "cf",
        GrantTypes = [GrantTypes.Password, GrantTypes.RefreshToken],
        Scopes =
        [
            "cloud_controller.read", "cloud_controller.write", "openid", "password.write", "uaa.user",
            "network.write", "cloud_controller.admin_read_only", "cloud_controller.global_auditor",
            .. WellKnownGroups.OfAdministrator.Where(g => g != "uaa.admin"),
        ],
        Authorities = ["uaa.none"],
        AccessTokenValidity = TimeSpan.FromMinutes(20),
    };
}
