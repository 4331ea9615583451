using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tatara.Peers;

/// <summary>
/// Mutual TLS among the parts of a platform. Both ends show a certificate of the platform's own authority, and it has to
/// belong to somebody who is still a member.
/// </summary>
public sealed class PeerTls(PeerFiles files)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly Watched<X509Certificate2> _own = new(files.Certificate, () => Load(files.Certificate, files.Key));
    private readonly Watched<X509Certificate2> _authority = new(files.Authority, () => X509CertificateLoader.LoadCertificateFromFile(files.Authority));
    private readonly Watched<MemberList> _members = new(files.Members, () => MemberList.Read(files.Members));

    /// <summary>To dial with.</summary>
    /// <param name="server">The name that the other end's certificate must have; null: the one that was dialled.</param>
    /// <param name="orPublic">Also believes whom this machine believes: for addresses that may lead outside.</param>
    public SslClientAuthenticationOptions Client(string? server = null, bool orPublic = false) => new()
    {
        TargetHost = server,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        LocalCertificateSelectionCallback = (_, _, _, _, _) => _own.Value,
        RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            (orPublic && errors == SslPolicyErrors.None)
            || (certificate is X509Certificate2 shown && IsMember(shown, ServerAuthentication)
                && (server is null ? !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) : shown.MatchesHostname(server))),
    };

    /// <summary>To be dialled with: who shows no certificate of a member is turned away.</summary>
    /// <param name="orNone">Unless no certificate is shown at all.</param>
    public SslServerAuthenticationOptions Server(bool orNone = false) => new()
    {
        ServerCertificate = _own.Value,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            certificate is null ? orNone : certificate is X509Certificate2 shown && IsMember(shown, ClientAuthentication),
    };

    /// <summary>Whether who showed this certificate when a connection began still belongs to the platform.</summary>
    public bool IsStillMember(X509Certificate2? shown) => shown is not null && PeerName.Of(shown) is { } name && Members.Has(name);

    /// <summary>When this part's certificate ends.</summary>
    public DateTimeOffset CertificateEnds => _own.Value.NotAfter;

    /// <summary>Who belongs to the platform.</summary>
    public MemberList Members => _members.Value;

    /// <summary>Whether a server's certificate is of this authority.</summary>
    public static bool IsServerOf(X509Certificate2 authority, X509Certificate2 server) => IsVouchedFor(server, authority, ServerAuthentication);

    private static bool IsVouchedFor(X509Certificate2 certificate, X509Certificate2 authority, string purpose)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose));
        return chain.Build(certificate);
    }

    private bool IsMember(X509Certificate2 certificate, string purpose) =>
        IsVouchedFor(certificate, _authority.Value, purpose) && PeerName.Of(certificate) is { } name && _members.Value.Has(name);

    private static X509Certificate2 Load(string certificate, string key) => X509Certificate2.CreateFromPemFile(certificate, key);
}
