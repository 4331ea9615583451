using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tatara.Testing.Beds;
using Xunit.Abstractions;

namespace Tatara.ChaosTests;

/// <summary>Certificates of all hosts are about to end, and end, while every role runs on and none is started again.</summary>
[Collection(nameof(OnChaosBed))]
public sealed class CertificateTests(ChaosBed chaos, ITestOutputHelper output) : ChaosCase(chaos, output)
{
    private static readonly TimeSpan s_left = TimeSpan.FromSeconds(60), s_renewed = TimeSpan.FromDays(80);

    [Fact]
    public async Task CertificatesOfAllHostsEnd_TheyAreRenewedAndNoRequestFails()
    {
        var ended = DateTime.Now + s_left;
        await SurviveAsync($"certificates of all hosts end in {s_left.TotalSeconds:0} s, and nats-servers are killed when they have ended", 0, async () =>
        {
            foreach (var host in Bed.Hosts) Shorten(host);
            foreach (var host in Bed.Hosts)
                while (Certificates(host).Any(file => EndOf(file) < DateTime.Now + s_renewed)) await Task.Delay(100);
            DateTime.Now.ShouldBeLessThan(ended);
            while (DateTime.Now < ended) await Task.Delay(100);
            foreach (var host in Bed.With("bus")) host.KillNats(); // All connect anew, with what they have.
        });
        (await Chaos.TryPushAsync("renewed", "binary", "-b", "binary_buildpack")).Succeeded();
        await Chaos.DeleteAsync("renewed");
    }

    private static string Folder(BedHost host) => Path.Combine(host.Data, "cluster");

    private static IEnumerable<string> Certificates(BedHost host) => Directory.GetFiles(Folder(host), "*.crt").Where(file => Path.GetFileName(file) != "ca.crt");

    private static DateTime EndOf(string file)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
        return certificate.NotAfter;
    }

    /// <summary>The same certificates, but for their end.</summary>
    private void Shorten(BedHost host)
    {
        using var authority = X509Certificate2.CreateFromPemFile(Path.Combine(Folder(Bed.Founder), "ca.crt"), Path.Combine(Folder(Bed.Founder), "ca.key"));
        foreach (var file in Certificates(host))
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            var request = new CertificateRequest(certificate.SubjectName, certificate.PublicKey, HashAlgorithmName.SHA256);
            foreach (var extension in certificate.Extensions) request.CertificateExtensions.Add(extension);
            using var signed = request.Create(authority, certificate.NotBefore, DateTimeOffset.UtcNow + s_left, RandomNumberGenerator.GetBytes(16));
            File.WriteAllText(file + ".short", signed.ExportCertificatePem() + "\n");
            File.Move(file + ".short", file, overwrite: true);
        }
    }
}
