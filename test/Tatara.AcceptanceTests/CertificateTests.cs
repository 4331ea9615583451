using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>A domain of a user's own, with the certificate that the operator has for it.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class CertificateTests(SharedPlatform shared)
{
    private const string Domain = "shop.example";

    [Fact]
    public async Task CreateDomain_AndACertificate_IsHttpsWithoutARestart()
    {
        var platform = shared.Platform;
        using var cf = await Cf.LoggedInAsync(platform, "certified");
        (await cf.RunAsync("create-domain", "certified", Domain)).Succeeded();
        (await cf.RunAsync("push", "shop", "-p", Path.Combine(Platform.Root, "samples", "binary"), "-b", "binary_buildpack", "-m", "64M", "--no-route")).Succeeded();
        (await cf.RunAsync("map-route", "shop", Domain, "--hostname", "www")).Succeeded();
        var files = WriteCertificate();

        await shared.Machines.OperateRoutersAsync("certificate", "add", files.Certificate, files.Key, "--name", "shop");
        (await shared.Machines.OperateRoutersAsync("certificate", "list")).ShouldContain($"*.{Domain}");

        foreach (var router in shared.Machines.Routers)
            await Eventually.BecomesAsync("the certificate of the domain", TimeSpan.FromSeconds(20), () => GetAsync(router, files.Thumbprint), answer => answer.StartsWith("Hello from a binary", StringComparison.Ordinal));
        await shared.Machines.OperateRoutersAsync("certificate", "remove", "shop");
        (await cf.RunAsync("delete", "shop", "-f", "-r")).Succeeded();
        (await cf.RunAsync("delete-domain", Domain, "-f")).Succeeded();
    }

    /// <summary>The answer, if the router showed that very certificate.</summary>
    private static async Task<string> GetAsync(Platform router, string thumbprint)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(router.RouterAddress, router.HttpsPort, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == thumbprint },
        });
        try
        {
            return await client.GetStringAsync($"https://www.{Domain}/");
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }

    private static (string Certificate, string Key, string Thumbprint) WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Domain}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName($"*.{Domain}");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        var directory = Directory.CreateTempSubdirectory("tatara-shop-").FullName;
        var (file, keyFile) = (Path.Combine(directory, "shop.crt"), Path.Combine(directory, "shop.key"));
        File.WriteAllText(file, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (file, keyFile, certificate.GetCertHashString());
    }
}
