using System.Security.Cryptography.X509Certificates;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Peers;
using Tatara.Tls;

namespace Tatara.Cluster;

/// <summary>Decides who becomes a member, and what a member is told.</summary>
internal sealed class Admission(HostConfiguration founder, ClusterAuthority authority, MemberStore members, TokenStore tokens)
{
    /// <summary>Hosts renew every 60 days, and so have to be given a certificate for users that lives longer than that, and a month besides.</summary>
    private static readonly TimeSpan UserTlsLeft = TimeSpan.FromDays(90);

    private readonly Lock _issuing = new();

    /// <summary>1. the key, 2. the token, 3. a name and an address that nobody has, 4. certificates and what the roles need.</summary>
    /// <param name="from">Where the request came from: that address goes into the certificates, unless the token names one.</param>
    /// <exception cref="SetupException">It is turned away; says why.</exception>
    public async Task<JoinAnswer> JoinAsync(JoinRequest request, string from, CancellationToken cancellationToken)
    {
        var key = KeyOf(request.Request); // 1.
        var grant = tokens.Take(request.Secret); // 2.
        try
        {
            var name = grant.Name ?? request.Name; // 3.
            if (!HostFile.IsHostName(name)) throw new SetupException($"'{name}' cannot name a host.", "Choose 1 to 40 lower case letters, digits and dashes: tatara join TOKEN --name NAME");
            var address = grant.Address ?? from;
            if (!HostFile.IsAddress(address)) throw new SetupException($"Other hosts cannot reach this one at {address}, where it asks from.", "Make a token for the address that they can: tatara token create --address ADDRESS …");
            var member = await members.AddAsync(name, address, grant.Roles, null, HostKey.PinOf(key), cancellationToken);
            return Answer(member, key); // 4.
        }
        catch (SetupException)
        {
            tokens.GiveBack(request.Secret);
            throw;
        }
    }

    /// <exception cref="SetupException">There is no key in it.</exception>
    public async Task<RenewAnswer> RenewAsync(Member member, string request, CancellationToken cancellationToken)
    {
        var key = KeyOf(request);
        await members.PinAsync(member.Name, HostKey.PinOf(key), cancellationToken);
        return new RenewAnswer(authority.IssueAll(key, member), UserTls(founder.Platform, member));
    }

    private JoinAnswer Answer(Member member, PublicKey key)
    {
        var options = founder.Platform;
        return new JoinAnswer
        {
            Member = member,
            Domain = options.Domain,
            TcpPorts = options.TcpPorts.ToString(),
            ExternalHttpsPort = options.ExternalHttpsPort,
            PortsFrom = options.PortsFrom,
            Certificates = authority.IssueAll(key, member),
            Members = members.Read(),
            Secrets = Secrets.LoadOrCreate(options.SecretsFile).For(member.Roles),
            UserTls = UserTls(options, member),
            Database = NeedsDatabase(member.Roles) ? File.ReadAllText(options.Database!) : null,
            Blobstore = NeedsBlobstore(member.Roles) ? File.ReadAllText(options.Blobstore!) : null,
        };
    }

    public static bool NeedsDatabase(IReadOnlyCollection<string> roles) => roles.Contains(PeerRole.CloudController) || roles.Contains(PeerRole.Uaa);

    public static bool NeedsBlobstore(IReadOnlyCollection<string> roles) => roles.Contains(PeerRole.CloudController);

    private Dictionary<string, string> UserTls(PlatformOptions options, Member member)
    {
        var tls = new CertificateAuthority(options.TlsDirectory, options.Domain, TimeProvider.System);
        string[] files = member.Roles.Contains(PeerRole.Router) ? [tls.AuthorityFile, tls.KeyFile, tls.CertificateFile] : [tls.AuthorityFile];
        lock (_issuing)
        {
            tls.Ensure(UserTlsLeft);
            return files.ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
        }
    }

    private static PublicKey KeyOf(string request) =>
        HostKey.KeyOf(request) ?? throw new SetupException("The certificate request is none, or its signature is wrong.", "Join with the same version of Tatara.");
}
