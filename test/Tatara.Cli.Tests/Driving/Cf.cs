using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Tatara.Cli.Tests.Foundry;

namespace Tatara.Cli.Tests.Driving;

/// <summary>Runs the real program as a user would, with a home of its own.</summary>
internal sealed class Cf : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryDirectory home = new();
    private readonly Dictionary<string, string> variables = [];

    public string ConfigPath => Path.Combine(home.Path, ".cf", "config.json");

    public JsonObject Config => (JsonObject)JsonNode.Parse(File.ReadAllText(ConfigPath))!;

    public string WorkingDirectory { get; set; } = Path.GetTempPath();

    public void Set(string variable, string value) => variables[variable] = value;

    /// <summary>Logged in as admin, with org acme and space dev targeted.</summary>
    public static Cf At(FakeFoundry foundry)
    {
        var cf = new Cf();
        Directory.CreateDirectory(Path.GetDirectoryName(cf.ConfigPath)!);
        var config = new JsonObject
        {
            ["ConfigVersion"] = 4,
            ["Target"] = foundry.Address,
            ["APIVersion"] = "3.180.0",
            ["AuthorizationEndpoint"] = foundry.Address,
            ["UaaEndpoint"] = foundry.Address,
            ["LogCacheEndPoint"] = foundry.Address,
            ["AccessToken"] = $"bearer {foundry.Token("admin")}",
            ["RefreshToken"] = "refresh-me",
            ["OrganizationFields"] = new JsonObject { ["GUID"] = "o-1", ["Name"] = "acme" },
            ["SpaceFields"] = new JsonObject { ["GUID"] = "s-1", ["Name"] = "dev", ["AllowSSH"] = true },
            ["UAAOAuthClient"] = "cf",
            ["SomethingOfTheOfficialCli"] = 42,
        };
        File.WriteAllText(cf.ConfigPath, config.ToJsonString());
        return cf;
    }

    public Task<CfResult> RunAsync(params string[] arguments) => AnswerAsync("", arguments);

    /// <param name="input">What the user types.</param>
    public async Task<CfResult> AnswerAsync(string input, params string[] arguments)
    {
        using var process = Start(arguments);
        if (input.Length > 0) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        return await FinishAsync(process);
    }

    public Process Start(params string[] arguments)
    {
        // A suite that runs in the background hands an ignored SIGINT down; a person at a terminal has none.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", Path.Combine(AppContext.BaseDirectory, "cf"), .. arguments])
        {
            WorkingDirectory = WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("CF_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        start.Environment["CF_HOME"] = home.Path;
        start.Environment["TZ"] = "UTC";
        foreach (var (name, value) in variables) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<CfResult> FinishAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new CfResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"cf did not end within {Patience}.");
        }
    }

    public void Dispose() => home.Dispose();
}

internal sealed record CfResult(int ExitCode, string Output, string Errors)
{
    public CfResult ShouldSucceed()
    {
        ExitCode.ShouldBe(0, Output + Errors);
        return this;
    }

    /// <summary>FAILED, exit code 1 and the message, perhaps behind warnings.</summary>
    public CfResult ShouldFail(string message)
    {
        ExitCode.ShouldBe(1, Output + Errors);
        $"\n{Errors}".ShouldContain($"\n{message}");
        Output.ShouldContain("FAILED");
        return this;
    }
}
