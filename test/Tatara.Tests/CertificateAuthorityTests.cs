using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Tatara.Tls;

namespace Tatara.Tests;

public sealed class CertificateAuthorityTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-tls-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Ensure_CalledTwice_MakesOnce()
    {
        new CertificateAuthority(_directory, "tatara.localhost", TimeProvider.System).Ensure().ShouldBeTrue();
        new CertificateAuthority(_directory, "tatara.localhost", TimeProvider.System).Ensure().ShouldBeFalse();
    }

    [Theory]
    [InlineData("dora.tatara.localhost", true)]
    [InlineData("tatara.localhost", true)]
    [InlineData("example.com", false)]
    public void Ensure_Certificate_CoversTheDomainOnly(string name, bool covered)
    {
        var authority = new CertificateAuthority(_directory, "tatara.localhost", TimeProvider.System);
        authority.Ensure();

        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(authority.CertificateFile));

        certificate.MatchesHostname(name).ShouldBe(covered);
    }

    [Fact]
    public void Ensure_KeysAreReadableByTheirOwnerAlone()
    {
        var authority = new CertificateAuthority(_directory, "tatara.localhost", TimeProvider.System);
        authority.Ensure();

        File.GetUnixFileMode(authority.KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Path.Combine(_directory, "ca.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Ensure_AnotherDomain_IsMadeAnew()
    {
        new CertificateAuthority(_directory, "one.localhost", TimeProvider.System).Ensure();
        new CertificateAuthority(_directory, "two.localhost", TimeProvider.System).Ensure().ShouldBeTrue();
    }

    [Fact]
    public void Authority_SignsAForeignName_OpensslRefusesIt()
    {
        var authority = new CertificateAuthority(_directory, "tatara.localhost", TimeProvider.System);
        authority.Ensure();
        Verify(authority.CertificateFile, authority.AuthorityFile).ShouldBe(0);

        var foreign = Path.Combine(_directory, "foreign.crt");
        Run("openssl", $"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {_directory}/foreign.key -out {foreign} -subj /CN=bank.example -addext subjectAltName=DNS:bank.example -CA {authority.AuthorityFile} -CAkey {_directory}/ca.key -days 1").ShouldBe(0);

        Verify(foreign, authority.AuthorityFile).ShouldNotBe(0);
    }

    private static int Verify(string certificate, string authority) => Run("openssl", $"verify -CAfile {authority} {certificate}");

    private static int Run(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
