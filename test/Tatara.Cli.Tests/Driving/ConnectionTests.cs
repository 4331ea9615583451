using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tatara.Cli.Tests.Foundry;

namespace Tatara.Cli.Tests.Driving;

public sealed class ConnectionTests
{
    [Fact]
    public async Task Api_NobodyListens_SaysWhatWasDialled()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var cf = new Cf();

        (await cf.RunAsync("api", $"http://127.0.0.1:{port}")).ShouldFail($"Request error: dial tcp 127.0.0.1:{port}: Connection refused\nTIP: ");
    }

    [Fact]
    public async Task Api_UnknownName_SaysSo()
    {
        using var cf = new Cf();

        (await cf.RunAsync("api", "https://api.nowhere.invalid")).ShouldFail("Request error: the name api.nowhere.invalid cannot be resolved");
    }

    [Fact]
    public async Task Api_SomethingElseThanCloudFoundry_SaysSo()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        foundry.Before = async context =>
        {
            context.Response.StatusCode = 404;
            await context.Response.Body.WriteAsync("<html>"u8.ToArray());
            return true;
        };
        using var cf = new Cf();

        (await cf.RunAsync("api", foundry.Address)).ShouldFail($"API endpoint not found at '{foundry.Address}'");
    }

    [Fact]
    public async Task Api_CertificateOfOwnCa_NeedsTheFileOrSkipping()
    {
        using var directory = new TemporaryDirectory();
        using var ca = Ca();
        using var certificate = Certificate(ca, "api.tatara.localhost");
        await using var foundry = await FakeFoundry.StartAsync(certificate);
        var address = $"https://api.tatara.localhost:{new Uri(foundry.Address).Port}";
        using var cf = new Cf();

        (await cf.RunAsync("api", address)).ShouldFail($"Invalid SSL Cert for {address}\nTIP: Use 'cf api --skip-ssl-validation'");
        (await cf.RunAsync("api", address, "--skip-ssl-validation")).ShouldSucceed();
        cf.Config["SSLDisabled"]!.GetValue<bool>().ShouldBeTrue();

        cf.Set("SSL_CERT_FILE", directory.File("ca.pem", ca.ExportCertificatePem()));
        (await cf.RunAsync("api", address)).ShouldSucceed().Output.ShouldContain($"API endpoint:   {address}\nAPI version:    3.180.0\n");
        cf.Config["SSLDisabled"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Api_CertificateForAnotherName_SaysSo()
    {
        using var directory = new TemporaryDirectory();
        using var ca = Ca();
        using var certificate = Certificate(ca, "other.localhost");
        await using var foundry = await FakeFoundry.StartAsync(certificate);
        using var cf = new Cf();
        cf.Set("SSL_CERT_FILE", directory.File("ca.pem", ca.ExportCertificatePem()));

        (await cf.RunAsync("api", foundry.Address)).ShouldFail($"SSL Certificate Error the certificate of {foundry.Address} is for another name");
    }

    [Fact]
    public async Task AnyCommand_ServerFails_IsShownAndRetriedOnlyForReading()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);
        foundry.Before = async context =>
        {
            context.Response.StatusCode = 500;
            await context.Response.Body.WriteAsync("""{"errors":[{"code":10001,"title":"UnknownError","detail":"it broke"}]}"""u8.ToArray());
            return true;
        };

        (await cf.RunAsync("orgs")).ShouldFail("Unexpected Response\nResponse Code: 500\n").Errors.ShouldContain("it broke");
        foundry.Requests.Count.ShouldBe(3);

        foundry.Requests.Clear();
        (await cf.RunAsync("create-org", "x")).ShouldFail("Unexpected Response");
        foundry.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task AnyCommand_SeveralErrors_AreAllShown()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);
        foundry.Before = async context =>
        {
            context.Response.StatusCode = 422;
            await context.Response.Body.WriteAsync("""{"errors":[{"code":1,"title":"a","detail":"first"},{"code":2,"title":"b","detail":"second"}]}"""u8.ToArray());
            return true;
        };

        (await cf.RunAsync("create-org", "x")).ShouldFail("Multiple errors occurred:\nfirst\nsecond\n");
    }

    [Fact]
    public async Task AnyCommand_AnswerOfTheWrongShape_IsASentence()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);
        foundry.Before = async context =>
        {
            await context.Response.Body.WriteAsync("""{"resources":7}"""u8.ToArray());
            return true;
        };

        (await cf.RunAsync("orgs")).ShouldFail("Invalid JSON content from server");
    }

    [Fact]
    public async Task AnyCommand_Warnings_GoToStandardError()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);
        foundry.Before = context =>
        {
            context.Response.Headers["X-Cf-Warnings"] = "one%2C+two,three";
            return Task.FromResult(false);
        };

        (await cf.RunAsync("orgs")).ShouldSucceed().Errors.ShouldBe("one, two\nthree\n");
    }

    [Fact]
    public async Task Trace_ToStandardOutput_HidesSecrets()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);
        cf.Set("CF_TRACE", "true");

        var result = (await cf.RunAsync("auth", "admin", FakeFoundry.Password)).ShouldSucceed();

        result.Output.ShouldContain("REQUEST: [");
        result.Output.ShouldContain("POST /oauth/token HTTP/1.1\n");
        result.Output.ShouldContain("Authorization: [PRIVATE DATA HIDDEN]\n");
        result.Output.ShouldContain("\"access_token\": \"[PRIVATE DATA HIDDEN]\"");
        foreach (var secret in new[] { "correct", foundry.LastToken, "refresh-me" }) result.Output.ShouldNotContain(secret);
    }

    [Fact]
    public async Task Trace_ToFile_AppendsForItsOwnerOnly()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var directory = new TemporaryDirectory();
        using var cf = Cf.At(foundry);
        var file = Path.Combine(directory.Path, "deep", "trace.log");
        cf.Set("CF_TRACE", file);

        (await cf.RunAsync("orgs")).ShouldSucceed().Output.ShouldNotContain("REQUEST");
        (await cf.RunAsync("orgs")).ShouldSucceed();

        var trace = await File.ReadAllTextAsync(file);
        trace.Split("REQUEST: [").Length.ShouldBe(3);
        trace.ShouldContain("GET /v3/organizations?order_by=name&per_page=5000 HTTP/1.1");
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("-v", "orgs")]
    [InlineData("orgs", "-v")]
    public async Task Verbose_AnywhereOnTheLine_Traces(params string[] line)
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);

        (await cf.RunAsync(line)).ShouldSucceed().Output.ShouldContain("RESPONSE: [");
    }

    [Fact]
    public async Task Curl_PostWithHeadersAndFile_SendsAndShows()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var directory = new TemporaryDirectory();
        using var cf = Cf.At(foundry);
        var body = directory.File("body.json", """{"name":"made"}""");

        var result = (await cf.RunAsync("curl", "/v3/organizations", "-d", "@" + body, "-H", "X-Test: 1", "-i")).ShouldSucceed();

        result.Output.ShouldStartWith("HTTP/1.1 201 Created\r\n");
        result.Output.ShouldContain("\"name\":\"made\"");
        (await cf.RunAsync("curl", "/nope", "--fail")).ExitCode.ShouldBe(22);
        (await cf.RunAsync("curl", "/nope")).ShouldSucceed().Output.ShouldContain("Unknown request");
        (await cf.RunAsync("curl", "/v3/organizations", "-d", "@/no/file")).ShouldFail("The file '/no/file' does not exist.");
        (await cf.RunAsync("curl", "/", "-H", "nonsense")).ShouldFail("Error creating request: the header 'nonsense'");
    }

    [Fact]
    public async Task UnknownCommand_NearAnother_SuggestsIt()
    {
        using var cf = new Cf();

        var result = await cf.RunAsync("pusj");

        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldBe("'pusj' is not a registered command. See 'cf help -a'\n\nDid you mean?\n    push\n");
    }

    [Theory]
    [InlineData("help")]
    [InlineData("help -a")]
    [InlineData("help push")]
    [InlineData("push --help")]
    [InlineData("p -h")]
    [InlineData("version")]
    [InlineData("--version")]
    [InlineData("-v")]
    [InlineData("")]
    public async Task Help_EveryForm_NeedsNoConfiguration(string line)
    {
        using var cf = new Cf();

        (await cf.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ShouldSucceed().Output.ShouldNotBeEmpty();

        File.Exists(cf.ConfigPath).ShouldBeFalse();
    }

    private static X509Certificate2 Ca()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Certificate(X509Certificate2 ca, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(ca, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [1, 2, 3]);
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
