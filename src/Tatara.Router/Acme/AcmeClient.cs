using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization.Metadata;

namespace Tatara.Router.Acme;

/// <summary>Orders certificates: 1. the account, 2. the order, 3. a proof for its name, 4. the request with the key, 5. the certificate.</summary>
internal sealed class AcmeClient(AcmeConnection connection, AcmeAccountKey key, AcmeChallenges challenges, AcmeOptions options, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>Authorities look from several places, and some queue.</summary>
    private const int MaxPolls = 120;

    /// <summary>A new key with a certificate for the name and its chain, as one PEM text.</summary>
    /// <exception cref="AcmeException">The authority does not give one.</exception>
    public async Task<string> OrderAsync(string name, CancellationToken cancellationToken)
    {
        var directory = await connection.DirectoryAsync(cancellationToken);
        await EnsureAccountAsync(directory, cancellationToken); // 1.
        using var answer = await connection.PostAsync( // 2.
            directory.NewOrder, new AcmeNewOrder([new AcmeIdentifier("dns", name)]), AcmeJson.Default.AcmeNewOrder, cancellationToken);
        var address = answer.Headers.Location ?? throw new AcmeException("The authority does not say where the order is.");
        var order = await AcmeConnection.ReadAsync(answer, AcmeJson.Default.AcmeOrder, cancellationToken);
        foreach (var authorization in order.Authorizations) await ProveAsync(authorization, cancellationToken); // 3.

        using var certificateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using (await connection.PostAsync(order.Finalize, new AcmeFinalize(RequestFor(name, certificateKey)), AcmeJson.Default.AcmeFinalize, cancellationToken)) { } // 4.
        order = await PollAsync(address, AcmeJson.Default.AcmeOrder, o => o.Status is "valid" or "invalid", cancellationToken);
        if (order is not { Status: "valid", Certificate: { } location }) throw new AcmeException($"The order was refused: {order.Error?.Detail ?? order.Status}", order.Error?.Type);
        using var chain = await connection.PostAsync(location, null, AcmeJson.Default.AcmeOrder, cancellationToken); // 5.
        return Checked(await chain.Content.ReadAsStringAsync(cancellationToken), certificateKey);
    }

    private async Task EnsureAccountAsync(AcmeDirectory directory, CancellationToken cancellationToken)
    {
        if (connection.Account is not null) return;
        var account = new AcmeNewAccount(TermsOfServiceAgreed: true, options.Contact is null ? null : [$"mailto:{options.Contact}"]);
        using var answer = await connection.PostAsync(directory.NewAccount, account, AcmeJson.Default.AcmeNewAccount, cancellationToken);
        connection.Account = answer.Headers.Location ?? throw new AcmeException("The authority does not say where the account is.");
    }

    private async Task ProveAsync(Uri address, CancellationToken cancellationToken)
    {
        var authorization = await connection.AskAsync(address, AcmeJson.Default.AcmeAuthorization, cancellationToken);
        if (authorization.Status == "valid") return; // Proved a while ago.
        if (authorization.Challenges.FirstOrDefault(c => c.Type == "http-01") is not { Token: { } token } challenge)
            throw new AcmeException("The authority offers no HTTP-01 challenge for the name.");
        using var offer = challenges.Offer(token, key.ProofOf(token));
        using (await connection.PostAsync(challenge.Url, new AcmeNothing(), AcmeJson.Default.AcmeNothing, cancellationToken)) { }
        authorization = await PollAsync(address, AcmeJson.Default.AcmeAuthorization, a => a.Status is not "pending", cancellationToken);
        if (authorization.Status == "valid") return;
        var error = authorization.Challenges.FirstOrDefault(c => c.Error is not null)?.Error;
        throw new AcmeException($"The name could not be proved: {error?.Detail ?? authorization.Status}", error?.Type);
    }

    private async Task<T> PollAsync<T>(Uri address, JsonTypeInfo<T> type, Func<T, bool> isDone, CancellationToken cancellationToken)
        where T : class
    {
        for (var i = 0; i < MaxPolls; i++)
        {
            var state = await connection.AskAsync(address, type, cancellationToken);
            if (isDone(state)) return state;
            await Task.Delay(PollInterval, time, cancellationToken);
        }
        throw new AcmeException("The authority comes to no decision.");
    }

    private static string RequestFor(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return Base64Url.EncodeToString(request.CreateSigningRequest());
    }

    /// <summary>What came must be a certificate of the key, or nobody could use it.</summary>
    private static string Checked(string chain, ECDsa key)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(chain, key.ExportPkcs8PrivateKeyPem());
            return chain.TrimEnd() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new AcmeException($"The authority sent no usable certificate: {e.Message}", null, e);
        }
    }
}
