using Tatara.Peers;

namespace Tatara.Hosts;

/// <summary>The folder with what a host shows to others: one key, a certificate for each role, the authority and who else is a member.</summary>
internal sealed record HostIdentity(string Directory)
{
    public string AuthorityFile => Path.Combine(Directory, "ca.crt");

    public string KeyFile => Path.Combine(Directory, "host.key");

    public string MembersFile => Path.Combine(Directory, "members.json");

    public string CertificateFile(string role) => Path.Combine(Directory, role + ".crt");

    public PeerFiles FilesOf(string role) => new(AuthorityFile, CertificateFile(role), KeyFile, MembersFile);
}
