using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Peers;

namespace Tatara.Cluster;

/// <summary>A new host's side of joining.</summary>
internal sealed class Joining(PlatformOptions options, string name)
{
    private const int MaxAnswerBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>1. who the authority is, by the token's fingerprint, 2. a key of this host's own, 3. certificates for it, 4. all that is told, written down.</summary>
    /// <exception cref="SetupException">This host is not let in; says why.</exception>
    public async Task<Member> RunAsync(JoinToken token, string file, CancellationToken cancellationToken)
    {
        var identity = new HostIdentity(options.ClusterDirectory);
        if (File.Exists(identity.KeyFile)) throw new SetupException($"{options.Data} belongs to a host that joined already.", $"Start it: tatara run --config {file}. To let it join anew, remove {identity.Directory} first.");
        if (File.Exists(options.SecretsFile)) throw new SetupException($"{options.Data} holds a platform of its own.", "Name another folder by --data, or remove that platform first: tatara destroy");
        if (File.Exists(file)) throw new SetupException($"{file} is there already.", "Name another one by --config, or remove it.");

        using var authority = await FetchAuthorityAsync(token, cancellationToken); // 1.
        using var key = HostKey.Create(); // 2.
        var answer = await AskAsync(token, authority, new JoinRequest(token.Secret, name, key.Request()), cancellationToken); // 3.

        Directory.CreateDirectory(identity.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute); // 4.
        AtomicFile.Write(identity.AuthorityFile, authority.ExportCertificatePem() + "\n", secret: false);
        AtomicFile.Write(identity.MembersFile, answer.Members + "\n", secret: false);
        identity.Write(key.Pem, answer.Certificates);
        answer.Secrets.Write(options.SecretsFile);
        UserTls.Write(options.TlsDirectory, answer.UserTls);
        var database = answer.Database is null ? null : Path.Combine(identity.Directory, "database");
        if (database is not null) AtomicFile.Write(database, answer.Database!, secret: true);
        var blobstore = answer.Blobstore is null ? null : Path.Combine(identity.Directory, "blobstore");
        if (blobstore is not null) AtomicFile.Write(blobstore, answer.Blobstore!, secret: true);
        HostFile.Write(file, HostFileText.Of(answer, options with { Database = database, Blobstore = blobstore }));
        return answer.Member;
    }

    /// <summary>Nothing secret is said to it yet. It is the one when its certificate has the token's fingerprint and vouches for who answers.</summary>
    private static async Task<X509Certificate2> FetchAuthorityAsync(JoinToken token, CancellationToken cancellationToken)
    {
        X509Certificate2? shown = null;
        using var client = Client(server =>
        {
            shown = server;
            return true;
        });
        var pem = await SendAsync(token, async () => await client.GetStringAsync(new Uri($"https://{token.Authority}/authority"), cancellationToken));
        try
        {
            var authority = X509Certificate2.CreateFromPem(pem);
            if (ClusterAuthority.FingerprintOf(authority) == token.Fingerprint && shown is not null && PeerTls.IsServerOf(authority, shown)) return authority;
        }
        catch (CryptographicException)
        {
            // What answers there is something else altogether.
        }
        throw new SetupException($"Who answers at {token.Authority} is not the authority that this token is of.", "Somebody may stand in between: find out before you go on. Or the token is of another platform.");
    }

    private static async Task<JoinAnswer> AskAsync(JoinToken token, X509Certificate2 authority, JoinRequest request, CancellationToken cancellationToken)
    {
        using var client = Client(server => PeerTls.IsServerOf(authority, server) && server.MatchesHostname(PeerName.OfRole(PeerRole.Authority)));
        return await SendAsync(token, async () =>
        {
            using var response = await client.PostAsJsonAsync(new Uri($"https://{token.Authority}/join"), request, JoinJson.Default.JoinRequest, cancellationToken);
            if (response.IsSuccessStatusCode)
                return await response.Content.ReadFromJsonAsync(JoinJson.Default.JoinAnswer, cancellationToken) ?? throw new HttpRequestException("The answer is empty.");
            var refusal = await response.Content.ReadFromJsonAsync(JoinJson.Default.Refusal, cancellationToken);
            throw new SetupException(refusal?.Problem ?? $"The authority answers {(int)response.StatusCode}.", refusal?.Advice ?? "Its log says more.");
        });
    }

    private static async Task<T> SendAsync<T>(JoinToken token, Func<Task<T>> send)
    {
        try
        {
            return await send();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException { InnerException: TimeoutException } or System.Text.Json.JsonException)
        {
            throw new SetupException($"The authority at {token.Authority} cannot be asked: {e.Message}", "Is `tatara run` running on the founding host, and does a firewall let this host through?", e);
        }
    }

    private static HttpClient Client(Func<X509Certificate2, bool> trusts) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 shown && trusts(shown) },
    })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };
}
