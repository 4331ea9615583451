using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Tatara.Testing;

/// <summary>A real S3 server of the test's own, with one bucket. It ends with the test's process.</summary>
public sealed partial class S3Server : IAsyncDisposable
{
    private const int Stop = 19, Continue = 18;

    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-s3-").FullName;
    private Process? _process;

    private readonly ServerPlace? _place;

    private S3Server(ServerPlace? place) => _place = place;

    public string Bucket => "tatara-test";

    public string AccessKey => "TESTACCESSKEY";

    public string SecretKey => "test/secret+key";

    public int Port { get; private set; }

    public Uri Endpoint => new($"http://{Address}:{Port}");

    /// <summary>Uploads in parts that were neither finished nor aborted.</summary>
    public IReadOnlyList<string> UnfinishedUploads => Directory.Exists(UploadsFolder) ? Directory.GetDirectories(UploadsFolder) : [];

    /// <summary>Names of all objects.</summary>
    public IReadOnlyList<string> Objects =>
    [
        .. Directory.EnumerateFiles(Path.Combine(_directory, Bucket), "*._S3rver_object", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Path.Combine(_directory, Bucket), f)[..^"._S3rver_object".Length]).Order(StringComparer.Ordinal),
    ];

    private string UploadsFolder => Path.Combine(_directory, Bucket, "._S3rver_uploads");

    private string Address => _place?.Address ?? "127.0.0.1";

    public static Task<S3Server> StartAsync() => StartAsync(null);

    /// <param name="place">Null: this machine's loopback.</param>
    public static async Task<S3Server> StartAsync(ServerPlace? place)
    {
        var server = new S3Server(place);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>On the same port, with what it had.</summary>
    public async Task StartAgainAsync()
    {
        var root = Root();
        var modules = Path.Combine(root, "build", "s3rver", "node_modules");
        if (!Directory.Exists(Path.Combine(modules, "s3rver"))) throw new InvalidOperationException("There is no s3rver: ./tatara test installs it.");
        // It names the pages of a list by a cipher that is old.
        string[] program = ["node", "--openssl-legacy-provider", Path.Combine(root, "test", "Tatara.Testing", "S3", "server.cjs"), _directory, Address, $"{Port}", Bucket, AccessKey, SecretKey];
        if (_place is not null) program = ["nsenter", .. _place.Enter, .. program];
        var start = new ProcessStartInfo(program[0], program[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["NODE_PATH"] = modules;
        _process = Process.Start(start)!;
        var line = await _process.StandardOutput.ReadLineAsync();
        Port = int.TryParse(line, out var port) ? port : throw new InvalidOperationException("The S3 server does not come up.");
    }

    /// <summary>As a machine that fails: whatever was under way is cut off.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>It takes connections and never answers, until it goes on.</summary>
    public void Hang() => _ = SendSignal(_process!.Id, Stop);

    public void GoOn() => _ = SendSignal(_process!.Id, Continue);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static string Root()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "Tatara.slnx"))) return directory.FullName;
        throw new InvalidOperationException("The clone that this test belongs to is not found.");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
