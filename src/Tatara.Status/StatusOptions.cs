using System.Net;

namespace Tatara.Status;

/// <summary>Where a role shows how it is.</summary>
public sealed record StatusOptions
{
    /// <summary>Port of /healthz, /varz and /metrics; 0 takes any free one, null turns it off.</summary>
    public int? Port { get; init; }

    /// <summary>Address of that port. Others than loopback are for collectors elsewhere; the password then goes over the network in the clear.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>User of /varz and /metrics.</summary>
    public string User { get; init; } = "status";

    /// <summary>Password of /varz and /metrics. Without one they are off.</summary>
    public string? Password { get; init; }

    /// <summary>What this member of the platform is called; null: as its role.</summary>
    public string? Name { get; init; }

    /// <summary>Where it stands; null: nowhere in particular.</summary>
    public string? Zone { get; init; }

    /// <summary>When the certificate ends that it shows to other hosts; null: it has none.</summary>
    public Func<DateTimeOffset>? CertificateEnds { get; init; }

    /// <summary>Throws an <see cref="ArgumentException"/> that says in a sentence what is wrong.</summary>
    public void Validate()
    {
        if (Port is < 0 or > IPEndPoint.MaxPort) throw new ArgumentException($"{Port} is not a port.");
        if (!IPAddress.TryParse(Address, out _)) throw new ArgumentException($"'{Address}' is not an IP address to show the status on.");
        if (User.Length == 0 || User.Contains(':', StringComparison.Ordinal)) throw new ArgumentException("The user of the status port is missing, or has a colon.");
    }
}
