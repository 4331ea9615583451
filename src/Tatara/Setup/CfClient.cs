using System.Diagnostics;
using Tatara.Configuration;
using Tatara.Tls;

namespace Tatara.Setup;

/// <summary>Our cf, with a home of its own so that nobody's login is changed.</summary>
internal sealed class CfClient(PlatformOptions options)
{
    public async Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken, params (string Name, string Value)[] environment)
    {
        var home = System.IO.Directory.CreateDirectory(Path.Combine(options.Data, "quickstart"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo(Repository.Cf, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["CF_HOME"] = home.FullName;
        start.Environment["CF_COLOR"] = "false";
        start.Environment["DOTNET_ROOT"] = CfInstallation.DotnetRoot();
        start.Environment["SSL_CERT_FILE"] = new CertificateAuthority(options.TlsDirectory, options.Domain, TimeProvider.System).AuthorityFile;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new SetupException("cf cannot be started.", "Build it again: rm -r build && ./tatara quickstart");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        if (process.ExitCode == 0) return await output;
        throw new SetupException($"`cf {arguments[0]}` failed:\n{(await output).TrimEnd()}\n{(await errors).TrimEnd()}", $"The platform's log is {options.LogFile}.");
    }
}
