using System.Diagnostics;

namespace Tatara.Testing;

/// <summary>What a run of cf printed, and how it ended.</summary>
public sealed record CfResult(string Command, int ExitCode, string Output)
{
    /// <summary>The output, when it ended with 0.</summary>
    public string Succeeded() => ExitCode == 0 ? Output : throw new InvalidOperationException($"`{Command}` ended with {ExitCode}:\n{Output}");

    /// <summary>The output, when it ended with 1 and said FAILED or how to use it.</summary>
    public string Failed() => ExitCode == 1 ? Output : throw new InvalidOperationException($"`{Command}` ended with {ExitCode} instead of 1:\n{Output}");
}

/// <summary>The cf command as a user has it, with a home of its own.</summary>
public sealed class Cf : IDisposable
{
    /// <summary>Longer than any patience of the platform's, which is four minutes: a push while the blobstore is away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    /// <summary>Seconds. The usual ones pass on a machine that has too much to do.</summary>
    private const string DialTimeout = "60";

    private readonly Platform _platform;
    private readonly string _home = Directory.CreateTempSubdirectory("tatara-cf-home-").FullName;

    public Cf(Platform platform) => _platform = platform;

    /// <summary>Logged in as the administrator, in a fresh organization and space.</summary>
    public static async Task<Cf> LoggedInAsync(Platform platform, string organization, string space = "dev")
    {
        var cf = new Cf(platform);
        (await cf.RunAsync("api", platform.ApiUrl)).Succeeded();
        (await cf.RunAsync("auth", "admin", platform.AdminPassword)).Succeeded();
        (await cf.RunAsync("create-org", organization)).Succeeded();
        (await cf.RunAsync("create-space", space, "-o", organization)).Succeeded();
        (await cf.RunAsync("target", "-o", organization, "-s", space)).Succeeded();
        return cf;
    }

    public Dictionary<string, string> Environment { get; } = [];

    public string WorkingDirectory { get; set; } = Path.GetTempPath();

    public async Task<CfResult> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"`cf {string.Join(' ', arguments)}` did not end within {Patience}:\n{await output}\n{await errors}");
        }
        return new CfResult($"cf {string.Join(' ', arguments)}", process.ExitCode, await output + await errors);
    }

    /// <summary>A cf that goes on until it is killed (logs).</summary>
    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Platform.Root, "build", "cf", "cf"), arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = WorkingDirectory,
        };
        start.Environment["CF_HOME"] = _home;
        start.Environment["SSL_CERT_FILE"] = _platform.AuthorityFile;
        start.Environment["CF_DIAL_TIMEOUT"] = DialTimeout;
        start.Environment.Remove("CF_TRACE");
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
