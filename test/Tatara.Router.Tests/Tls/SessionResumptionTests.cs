using System.Diagnostics;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests.Tls;

/// <summary>A client that comes again is spared the costly half of a handshake. Asked of openssl's own client, which says whether a session was reused.</summary>
public sealed class SessionResumptionTests : RouterTestBase, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tatara-resumption-").FullName;
    private readonly TestAuthority _authority = new();

    [Theory]
    [InlineData("-tls1_2", "TLSv1.2", "first.example.test")]
    [InlineData("-tls1_2", "TLSv1.2", "second.example.test")]
    [InlineData("-tls1_3", "TLSv1.3", "first.example.test")]
    [InlineData("-tls1_3", "TLSv1.3", "second.example.test")]
    [InlineData("-tls1_3", "TLSv1.3", "dora.tatara.test")]
    public async Task Handshake_SecondOneWithTheFirstOnesSession_IsResumed(string flag, string protocol, string name)
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(name, app.Endpoint);
        var session = Path.Combine(_folder, "session.pem");

        var first = await ConnectAsync(name, flag, "-sess_out", session);
        first.ShouldContain($"New, {protocol}");
        first.ShouldContain(name.EndsWith(".tatara.test", StringComparison.Ordinal) ? "CN = *.tatara.test" : $"CN = {name}");
        first.ShouldContain("\r\n\r\nhi");

        for (var i = 0; i < 3; i++)
        {
            var again = await ConnectAsync(name, flag, "-sess_in", session);
            again.ShouldContain($"Reused, {protocol}");
            again.ShouldContain("\r\n\r\nhi");
        }
    }

    protected override RouterOptions Configure(RouterOptions options)
    {
        foreach (var name in (string[])["first", "second"])
        {
            using var certificate = _authority.ForServer($"{name}.example.test");
            File.WriteAllText(Path.Combine(_folder, $"{name}.key"), TestAuthority.KeyOf(certificate));
            File.WriteAllText(Path.Combine(_folder, $"{name}.crt"), certificate.ExportCertificatePem() + "\n" + _authority.Pem);
        }
        return options with { CertificateFolder = _folder };
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>One request by openssl's client; all that it printed.</summary>
    private async Task<string> ConnectAsync(string name, params string[] more)
    {
        var start = new ProcessStartInfo("openssl", ["s_client", "-connect", Router.Ports.Https!.ToString(), "-servername", name, "-ign_eof", .. more])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync($"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n");
        await process.StandardInput.FlushAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        await errors;
        return await output;
    }
}
