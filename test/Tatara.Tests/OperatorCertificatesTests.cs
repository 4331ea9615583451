using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tatara.Configuration;
using Tatara.Tls;

namespace Tatara.Tests;

public sealed class OperatorCertificatesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-operator-").FullName;
    private readonly OperatorCertificates _certificates;

    public OperatorCertificatesTests() => _certificates = new OperatorCertificates(Path.Combine(_directory, "certificates"));

    [Fact]
    public void Add_List_Remove_KeepsKeysToItsOwner()
    {
        var (certificate, key) = Make(30, "*.example.test", "example.test");
        _certificates.Add(certificate, key, null).Name.ShouldBe("_.example.test");
        _certificates.Add(certificate, key, "mine").HostNames.ShouldBe(["*.example.test", "example.test"]);
        _certificates.List().Select(c => c.Name).ShouldBe(["_.example.test", "mine"]);
        var file = Path.Combine(_directory, "certificates", "mine.pem");
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.ReadAllText(file).ShouldContain("PRIVATE KEY");
        _certificates.Remove("mine");
        _certificates.List().ShouldHaveSingleItem();
    }

    [Fact]
    public void Add_WhatNoServerCanUse_SaysWhy()
    {
        var (certificate, key) = Make(30, "a.test");
        var (other, _) = Make(30, "b.test");
        var (ended, endedKey) = Make(-1, "c.test");
        var (nameless, namelessKey) = Make(30);
        Should.Throw<SetupException>(() => _certificates.Add(other, key, null)).Problem.ShouldContain("cannot be used");
        Should.Throw<SetupException>(() => _certificates.Add(ended, endedKey, null)).Problem.ShouldContain("ended on");
        Should.Throw<SetupException>(() => _certificates.Add(nameless, namelessKey, null)).Problem.ShouldContain("no host name");
        Should.Throw<SetupException>(() => _certificates.Add(certificate, Path.Combine(_directory, "none"), null)).Problem.ShouldContain("cannot be used");
        foreach (var name in (string[])["../x", "", ".x", "a/b"]) Should.Throw<SetupException>(() => _certificates.Add(certificate, key, name));
        Should.Throw<SetupException>(() => _certificates.Remove("nothing")).Problem.ShouldContain("nothing");
        _certificates.List().ShouldBeEmpty();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private (string Certificate, string Key) Make(int days, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names) alternatives.AddDnsName(name);
        if (names.Length > 0) request.CertificateExtensions.Add(alternatives.Build());
        using var signed = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(days));
        var path = Path.Combine(_directory, Guid.NewGuid().ToString());
        File.WriteAllText(path + ".crt", signed.ExportCertificatePem());
        File.WriteAllText(path + ".key", key.ExportPkcs8PrivateKeyPem());
        return (path + ".crt", path + ".key");
    }
}
