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

    /// <summary>Takes a key and the certificates for it into use, one file after the other: who reads in between keeps what it had.</summary>
    public void Write(string keyPem, IReadOnlyDictionary<string, string> certificates)
    {
        AtomicFile.Write(KeyFile, keyPem, secret: true);
        foreach (var (role, certificate) in certificates) AtomicFile.Write(CertificateFile(role), certificate, secret: false);
    }

    public PeerFiles FilesOf(string role) => new(AuthorityFile, CertificateFile(role), KeyFile, MembersFile);
}
