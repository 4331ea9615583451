using Tatara.Configuration;
using Tatara.Peers;
using Tatara.Up;

namespace Tatara.Hosts;

/// <summary>The folder with what a host shows to others: one key, a certificate for each role, the authority and who else is a member.</summary>
internal sealed record HostIdentity(string Directory)
{
    public string AuthorityFile => Path.Combine(Directory, "ca.crt");

    public string KeyFile => Path.Combine(Directory, "host.key");

    public string MembersFile => Path.Combine(Directory, "members.json");

    public string CertificateFile(string role) => Path.Combine(Directory, role + ".crt");

    /// <summary>Held by whoever runs the role.</summary>
    public string LockFile(string role) => Path.Combine(Directory, role + ".lock");

    /// <summary>Roles that some process runs now.</summary>
    public IEnumerable<string> RunningRoles => PeerRole.All.Where(role => File.Exists(LockFile(role)) && PlatformLock.IsTaken(LockFile(role)));

    /// <summary>Held by the process of this host that renews the certificates.</summary>
    public string RenewalLockFile => Path.Combine(Directory, "renewal.lock");

    /// <summary>Takes a key and the certificates for it into use.</summary>
    public void Write(string keyPem, IReadOnlyDictionary<string, string> certificates)
    {
        AtomicFile.Write(KeyFile, keyPem, secret: true);
        Write(certificates);
    }

    /// <summary>Takes newer certificates for the same key into use.</summary>
    public void Write(IReadOnlyDictionary<string, string> certificates)
    {
        foreach (var (role, certificate) in certificates) AtomicFile.Write(CertificateFile(role), certificate, secret: false);
    }

    public PeerFiles FilesOf(string role) => new(AuthorityFile, CertificateFile(role), KeyFile, MembersFile);
}
