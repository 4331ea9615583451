using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>The cf command on a host, with a home of its own.</summary>
internal sealed class HostCf(Host host) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly string _home = Directory.CreateTempSubdirectory("tatara-cf-home-").FullName;

    public async Task<CfResult> RunAsync(params string[] arguments)
    {
        using var process = host.Start([Path.Combine(Platform.Root, "build", "cf", "cf"), .. arguments],
            new Dictionary<string, string> { ["CF_HOME"] = _home, ["SSL_CERT_FILE"] = Path.Combine(host.Data, "tls", "ca.crt") });
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(Patience).Token);
        return new CfResult($"cf {string.Join(' ', arguments)}", process.ExitCode, await output + await errors);
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
