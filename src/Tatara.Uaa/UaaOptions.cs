using Tatara.Database;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Status;

namespace Tatara.Uaa;

/// <summary>What the UAA role needs to know.</summary>
public sealed record UaaOptions
{
    /// <summary>The bus, on which the host names uaa.DOMAIN and login.DOMAIN are registered with the routers.</summary>
    public required NatsOptions Bus { get; init; }

    /// <summary>System domain, such as tatara.localhost.</summary>
    public required string Domain { get; init; }

    /// <summary>Where the signing keys live, and the database when there is no other. Made when it is missing, readable by the owner only.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where users and groups are kept; null means a SQLite file in the data directory, which serves one UAA.</summary>
    public DatabaseAddress? Database { get; init; }

    /// <summary>Address to listen on; the router dials it.</summary>
    public string BindAddress { get; init; } = "127.0.0.1";

    /// <summary>Port to listen on; 0 means any free one.</summary>
    public int Port { get; init; }

    /// <summary>How the other parts are reached when they are on other machines; null: they share this one.</summary>
    public PeerNetwork? Peers { get; init; }

    /// <summary>Port on which users reach the routers over HTTPS. Null or 443: URLs carry no port.</summary>
    public int? ExternalHttpsPort { get; init; }

    /// <summary>Name of the administrator, who is made at the first start.</summary>
    public string AdminUser { get; init; } = "admin";

    /// <summary>The administrator's first password. A later change here does not change it: that is done with the API.</summary>
    public required string AdminPassword { get; init; }

    /// <summary>Clients besides the built-in cf. One called cf replaces it.</summary>
    public IReadOnlyList<OAuthClient> Clients { get; init; } = [];

    /// <summary>Wrong passwords in a row after which a user name is locked.</summary>
    public int LockoutAfterFailures { get; init; } = 5;

    /// <summary>How long a user name stays locked. Longer slows guessing down, and also whoever is locked out by a guesser.</summary>
    public TimeSpan LockoutPeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Where it shows how it is.</summary>
    public StatusOptions Status { get; init; } = new();

    /// <summary>Checks everything that can be checked without touching the machine.</summary>
    /// <exception cref="ArgumentException">With a sentence that says what is wrong.</exception>
    public void Validate()
    {
        Status.Validate();
        if (Uri.CheckHostName("uaa." + Domain) != UriHostNameType.Dns) throw new ArgumentException($"The domain '{Domain}' is not a DNS name.");
        if (string.IsNullOrWhiteSpace(DataDirectory)) throw new ArgumentException("The UAA needs a data directory.");
        if (!System.Net.IPAddress.TryParse(BindAddress, out _)) throw new ArgumentException($"The UAA's bind address '{BindAddress}' is not an IP address.");
        if (Port is < 0 or > 65535) throw new ArgumentException($"The UAA's port {Port} is not between 0 and 65535.");
        if (ExternalHttpsPort is < 1 or > 65535) throw new ArgumentException($"The external HTTPS port {ExternalHttpsPort} is not between 1 and 65535.");
        if (string.IsNullOrWhiteSpace(AdminUser)) throw new ArgumentException("The administrator needs a name.");
        if (string.IsNullOrEmpty(AdminPassword)) throw new ArgumentException("The administrator needs a password.");
        if (LockoutAfterFailures < 1) throw new ArgumentException("At least one wrong password must be allowed before a user name is locked.");
        if (LockoutPeriod <= TimeSpan.Zero) throw new ArgumentException("The lockout period must be longer than nothing.");
        foreach (var client in Clients) client.Validate();
        if (Clients.Select(c => c.Id).Distinct(StringComparer.Ordinal).Count() != Clients.Count) throw new ArgumentException("Two OAuth clients have the same id.");
    }
}
