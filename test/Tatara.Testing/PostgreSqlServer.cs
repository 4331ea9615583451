using System.Diagnostics;
using System.Runtime.InteropServices;
using Tatara.Database;

namespace Tatara.Testing;

/// <summary>A real PostgreSQL of the tests' own in a temporary folder, reached by a socket there, or from other hosts by an address and a password; it ends with the process that started it.</summary>
public sealed partial class PostgreSqlServer : IAsyncDisposable
{
    private const int Interrupt = 2;
    private const int Quit = 3;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<PostgreSqlServer>> s_shared = new(StartAsync);

    /// <summary>Nothing here has to survive the machine; what is committed survives a crash of the server.</summary>
    private static readonly string[] s_settings = ["fsync=off", "full_page_writes=off", "max_connections=300"];

    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-postgresql-").FullName;
    private Process? _process;

    private readonly ServerPlace? _place;
    private readonly string _password = Guid.NewGuid().ToString("N");

    private PostgreSqlServer(ServerPlace? place) => _place = place;

    /// <summary>One for all tests of a process that leave it running.</summary>
    public static Task<PostgreSqlServer> SharedAsync() => s_shared.Value;

    private string Data => Path.Combine(_directory, "data");

    public static Task<PostgreSqlServer> StartAsync() => StartAsync(null);

    /// <param name="place">Null: nothing is listened on.</param>
    public static async Task<PostgreSqlServer> StartAsync(ServerPlace? place)
    {
        var server = new PostgreSqlServer(place);
        await server.InitializeAsync();
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>A fresh database.</summary>
    public async Task<DatabaseAddress> CreateDatabaseAsync() => DatabaseAddress.PostgreSql(await CreateDatabaseTextAsync());

    /// <summary>A fresh database, as a file would name it.</summary>
    public async Task<string> CreateDatabaseTextAsync()
    {
        var name = "test_" + Guid.NewGuid().ToString("N");
        await using var connection = await Address("postgres").OpenAsync(CancellationToken.None);
        await connection.ExecuteAsync($"CREATE DATABASE {name}", CancellationToken.None);
        if (_place is null) return Text(name);
        await connection.ExecuteAsync($"ALTER ROLE postgres PASSWORD '{_password}'", CancellationToken.None);
        return $"Host={_place.Address};Username=postgres;Password={_password};Database={name}";
    }

    public async Task StartAgainAsync()
    {
        // The shell sees the end of this process, however it ends, by its closed input, and cleans up.
        var script = $"'{Binary("postgres")}' -D '{Data}' -k '{_directory}' -c listen_addresses={_place?.Address} {string.Concat(s_settings.Select(s => $" -c {s}"))} >>'{_directory}/log' 2>&1 & server=$!; read word; kill -QUIT $server; wait; [ \"$word\" = keep ] || rm -rf '{_directory}'";
        var start = AsPostgres("sh", ["-c", script], input: true);
        if (_place is not null) start = new ProcessStartInfo("nsenter", [.. _place.Enter, start.FileName, .. start.ArgumentList]) { RedirectStandardInput = true };
        _process = Process.Start(start)!;
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < StartPatience; await Task.Delay(20))
        {
            try
            {
                await using var connection = await Address("postgres").OpenAsync(CancellationToken.None);
                return;
            }
            catch (Exception e) when (e.IsUnavailable())
            {
                // Not yet.
            }
        }
        throw new InvalidOperationException($"PostgreSQL does not start: {await File.ReadAllTextAsync(Path.Combine(_directory, "log"))}");
    }

    /// <summary>Ends it at once, or as an operator would: connections are closed, nothing is waited for.</summary>
    public async Task StopAsync(bool crash = false)
    {
        if (_process is null) return;
        var pid = int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First());
        _ = SendSignal(pid, crash ? Quit : Interrupt);
        while (File.Exists(Path.Combine(Data, "postmaster.pid")) && Directory.Exists($"/proc/{pid}")) await Task.Delay(10);
        await EndAsync(_process, "keep\n");
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await EndAsync(_process, "");
        else Directory.Delete(_directory, recursive: true);
    }

    /// <summary>What a test leaves behind is closed soon: the next ones need connections, too.</summary>
    private string Text(string database) => $"Host={_directory};Username=postgres;Database={database};Connection Idle Lifetime=2;Connection Pruning Interval=1";

    private DatabaseAddress Address(string database) => DatabaseAddress.PostgreSql(Text(database));

    private async Task InitializeAsync()
    {
        if (Environment.IsPrivilegedProcess) await RunAsync(new ProcessStartInfo("chown", ["postgres", _directory]));
        await RunAsync(AsPostgres(Binary("initdb"), ["-D", Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]));
        if (_place is not null) await File.AppendAllTextAsync(Path.Combine(Data, "pg_hba.conf"), "host all all samenet scram-sha-256\n");
    }

    private static async Task EndAsync(Process shell, string word)
    {
        await shell.StandardInput.WriteAsync(word);
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static ProcessStartInfo AsPostgres(string program, string[] arguments, bool input = false) => new(
        Environment.IsPrivilegedProcess ? "runuser" : program, Environment.IsPrivilegedProcess ? ["-u", "postgres", "--", program, .. arguments] : arguments)
    {
        WorkingDirectory = "/tmp", RedirectStandardInput = input,
    };

    private static async Task RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode}: {await output}{await errors}");
    }

    private static string Binary(string name) =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin", name)).Where(File.Exists).OrderDescending().FirstOrDefault() ?? Missing()
            : Missing();

    private static string Missing() => throw new InvalidOperationException("There is no PostgreSQL: ./tatara test installs it.");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
