using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Tatara.Testing;

/// <summary>A platform of the tests' own: started by the program a user starts, on a folder, ports and a network of its own.</summary>
public sealed partial class Platform : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);

    private readonly string[] _arguments;
    private Process? _process;

    private Platform(string domain, string data, string router, int httpPort, int httpsPort) =>
        (Domain, Data, RouterAddress, HttpPort, HttpsPort, _arguments) = (domain, data, IPAddress.Parse(router), httpPort, httpsPort, []);

    private Platform(string name, int number, params string[] more)
    {
        Domain = $"{name}.localhost";
        HttpPort = 18000 + number;
        HttpsPort = 18500 + number;
        Data = Directory.CreateTempSubdirectory($"tatara-{name}-").FullName;
        _arguments =
        [
            "--data", Data, "--stacks", "/var/lib/tatara/stacks", "--buildpacks", "/var/lib/tatara/buildpacks", "--domain", Domain,
            "--http-port", HttpPort.ToString(), "--https-port", HttpsPort.ToString(), "--listen", "127.0.0.1",
            "--ports-from", (25000 + number * 100).ToString(), "--network", $"10.{240 + number}.0.0/16", .. more,
        ];
    }

    public string Domain { get; }
    public int HttpPort { get; }
    public int HttpsPort { get; }
    public string Data { get; }
    public string ApiUrl => $"https://api.{Domain}:{HttpsPort}";
    public string AuthorityFile => Path.Combine(Data, "tls", "ca.crt");
    public string AdminPassword => JsonDocument.Parse(File.ReadAllText(Path.Combine(Data, "secrets.json"))).RootElement.GetProperty("admin_password").GetString()!;

    /// <summary>Where its router listens.</summary>
    public IPAddress RouterAddress { get; } = IPAddress.Loopback;

    public static string Root { get; } = FindRoot();
    /// <summary>What this state of the sources was built into.</summary>
    public static string Program => Path.Combine(Root, "build", "tatara", "tatara");

    public static async Task<Platform> StartAsync(string name, int number, params string[] more)
    {
        var platform = new Platform(name, number, more);
        await platform.StartAgainAsync();
        return platform;
    }

    /// <summary>One that something else started, and ends.</summary>
    /// <param name="data">Folder with its secrets and its authority.</param>
    public static Platform At(string domain, string data, string router, int httpPort, int httpsPort) => new(domain, data, router, httpPort, httpsPort);

    public async Task StartAgainAsync()
    {
        _process = Start(["up", .. _arguments]);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        void Read(object _, DataReceivedEventArgs line)
        {
            if (line.Data is null) return;
            lock (said) said.Add(line.Data);
            if (line.Data.StartsWith("Tatara is ready", StringComparison.Ordinal)) ready.TrySetResult();
        }
        _process.OutputDataReceived += Read;
        _process.ErrorDataReceived += Read;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(ready.Task, ended, Task.Delay(StartPatience)) != ready.Task)
            throw new InvalidOperationException($"The platform did not start:\n{string.Join('\n', said)}");
    }

    /// <summary>Ctrl-C.</summary>
    public async Task StopAsync()
    {
        if (_process is not { HasExited: false }) return;
        _ = SendSignal(_process.Id, 15);
        await _process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token);
    }

    /// <summary>kill -9 of every process of the platform: the roles, the bus and the DEAs; not the apps and their monitors.</summary>
    public async Task KillAsync()
    {
        foreach (var pid in ProcessIds()) _ = SendSignal(pid, 9);
        await _process!.WaitForExitAsync();
    }

    /// <summary>A DEA's process, where there are several.</summary>
    public int DeaPid(string name) => int.Parse(File.ReadAllText(Path.Combine(Data, name, "dea.pid")));

    public static void Kill(int pid) => _ = SendSignal(pid, 9);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        using var destroy = Start(["destroy", "--yes", .. _arguments]);
        _ = destroy.StandardOutput.ReadToEndAsync();
        var errors = destroy.StandardError.ReadToEndAsync();
        await destroy.WaitForExitAsync();
        if (destroy.ExitCode != 0) throw new InvalidOperationException($"destroy failed: {await errors}");
    }

    /// <summary>Another command of the program, about this platform: its exit code and all it printed.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(params string[] command)
    {
        using var process = Start([.. command, .. _arguments]);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(4)).Token);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Starts a DEA's process again, as an operator does; it ends with the platform.</summary>
    public Process StartDea(int index) => Start(["run", "dea", "--index", index.ToString(), .. _arguments]);

    /// <summary>Starts a further router on ports of its own.</summary>
    /// <returns>Its process, and where /healthz is.</returns>
    public async Task<(Process Process, string Status)> StartRouterAsync(int index, int httpPort, int httpsPort, params string[] more)
    {
        string[] own = [.. _arguments];
        own[Array.IndexOf(own, "--http-port") + 1] = httpPort.ToString();
        own[Array.IndexOf(own, "--https-port") + 1] = httpsPort.ToString();
        var process = Start(["run", "router", "--index", index.ToString(), "--no-tcp-routes", .. own, .. more]);
        var said = await process.StandardOutput.ReadLineAsync(new CancellationTokenSource(StartPatience).Token)
            ?? throw new InvalidOperationException($"The router did not start:\n{await process.StandardError.ReadToEndAsync()}");
        return (process, said.TrimEnd('.').Split("status ")[1]);
    }

    /// <summary>Asks a process to end, as a supervisor does.</summary>
    public static void Terminate(int pid) => _ = SendSignal(pid, 15);

    /// <summary>An HTTP client that dials this platform's router whatever the name, and trusts its CA alone.</summary>
    public HttpClient CreateClient(bool followRedirects = true)
    {
        var authority = X509CertificateLoader.LoadCertificateFromFile(AuthorityFile);
        return new HttpClient(new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = followRedirects,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(RouterAddress, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        });
    }

    public Uri AppUrl(string host, string path = "/") => new($"https://{host}.{Domain}:{HttpsPort}{path}");

    /// <summary>Every process of the platform: roles, bus and DEAs; not the apps and their monitors.</summary>
    public IEnumerable<int> ProcessIds()
    {
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid)) continue;
            string[] command;
            try
            {
                command = File.ReadAllText(Path.Combine(directory, "cmdline")).Split('\0');
            }
            catch (IOException)
            {
                continue;
            }
            var program = Path.GetFileName(command[0]);
            if (program is "tatara" or "nats-server" && command.Any(argument => argument.StartsWith(Data, StringComparison.Ordinal))) yield return pid;
        }
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TATARA_ROOT"] = Root;
        return Process.Start(start)!;
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "Tatara.slnx"))) return directory.FullName;
        throw new InvalidOperationException("The tests do not run inside a clone.");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
