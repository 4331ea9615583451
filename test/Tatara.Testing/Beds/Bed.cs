using System.Diagnostics;

namespace Tatara.Testing.Beds;

/// <summary>
/// A platform of many hosts on one machine: each host is a network namespace with its own processes and folder, made as an operator makes it: the
/// first one founds, the others join by tokens. PostgreSQL keeps the rows, an S3 server the bits, unless the plan wants neither.
/// </summary>
public sealed class Bed : IAsyncDisposable
{
    private const string Stacks = "/var/lib/tatara/stacks", Buildpacks = "/var/lib/tatara/buildpacks";
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(60);
    private const int HttpPort = 80, HttpsPort = 443;

    private readonly BedPlan _plan;
    private readonly BedNetwork _network;
    private readonly Dictionary<string, BedHost> _hosts;
    private readonly string _directory;
    private readonly Action<string> _say;
    private PostgreSqlServer? _rows;
    private S3Server? _bits;

    private Bed(int number, BedPlan plan, string directory, Action<string> say, string program)
    {
        (_plan, _network, _directory, _say) = (plan, new BedNetwork(number), directory, say);
        // Names below .localhost are this machine to some programs, whatever its hosts file says.
        Domain = $"bed{number}.test";
        _hosts = plan.Hosts.ToDictionary(host => host.Name, host => new BedHost(host, _network, Path.Combine(directory, host.Name), program), StringComparer.Ordinal);
        Founder = _hosts[plan.Hosts[0].Name];
    }

    public string Domain { get; }

    public BedHost Founder { get; }

    public IReadOnlyCollection<BedHost> Hosts => _hosts.Values;

    public BedHost this[string name] => _hosts[name];

    public IEnumerable<BedHost> With(string role) => Hosts.Where(host => host.Plan.Roles.Contains(role));

    /// <summary>The platform as its users see it, through one of the routers.</summary>
    public Platform Platform => Through(With("router").First());

    /// <summary>The same through a certain router.</summary>
    public Platform Through(BedHost router) => Platform.At(Domain, Founder.Data, router.Address, HttpPort, HttpsPort);

    /// <summary>With all that the plan has, running.</summary>
    /// <param name="number">0 to 255, unique on the machine.</param>
    /// <param name="say">Told what is being done.</param>
    /// <param name="program">What the hosts run; null: what the sources were built into.</param>
    public static Task<Bed> StartAsync(int number, BedPlan plan, Action<string>? say = null, string? program = null) =>
        MakeAsync(number, plan, say, program, bed => bed.StartAsync());

    /// <summary>The hosts with their network and the stores; nothing of the platform yet.</summary>
    /// <param name="number">0 to 255, unique on the machine.</param>
    public static Task<Bed> PrepareAsync(int number, BedPlan plan) => MakeAsync(number, plan, say: null, program: null, bed => bed.PrepareAsync());

    /// <summary>`tatara cluster init` on the first host, with the roles that the plan gives it.</summary>
    public async Task FoundAsync()
    {
        var stores = _rows is null || _bits is null ? [] : await WriteStoresAsync(_rows, _bits);
        await SucceedAsync(Founder, ["cluster", "init", "--name", Founder.Name, "--address", Founder.Address, "--domain", Domain, .. stores, .. Common(Founder)]);
        var text = await File.ReadAllLinesAsync(Founder.ConfigurationFile);
        var all = Array.FindIndex(text, line => line.StartsWith("roles:", StringComparison.Ordinal));
        text[all] = $"roles: [{string.Join(", ", Founder.Plan.Roles)}]";
        await File.WriteAllLinesAsync(Founder.ConfigurationFile, text);
    }

    /// <summary>`tatara join`; what it printed.</summary>
    public Task<(int ExitCode, string Output)> JoinAsync(BedHost host, string token) => host.RunAsync(["join", token, "--name", host.Name, .. Common(host)]);

    /// <summary>Until the API and the login answer through these routers; `cf` on this machine uses the first one from now on.</summary>
    public async Task AnswersAsync(params IReadOnlyCollection<BedHost> routers)
    {
        new BedNames(Domain).Write(routers.First().Address);
        foreach (var router in routers)
        {
            using var client = Through(router).CreateClient();
            foreach (var url in (string[])[$"https://api.{Domain}/", $"https://login.{Domain}/login", $"https://log-cache.{Domain}/api/v1/info"])
                for (var waited = Stopwatch.StartNew(); await TryAsync(client, url) is { } problem; await Task.Delay(100))
                    if (waited.Elapsed > AnswerPatience) throw new InvalidOperationException($"{url} through {router.Name}: {problem}");
        }
    }

    /// <summary>Nothing passes between the two any more.</summary>
    public Task PartAsync(BedHost one, BedHost other) => _network.PartAsync(one.Plan, other.Plan);

    /// <summary>The host reaches neither PostgreSQL nor the S3 server any more.</summary>
    public Task PartFromStoresAsync(BedHost host) => _network.PartAsync(host.Plan, BedPlan.Stores);

    public Task HealAsync() => _network.HealAsync(Hosts.Select(host => host.Plan).Append(BedPlan.Stores));

    public PostgreSqlServer Rows => _rows!;

    public S3Server Bits => _bits!;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Hosts) await host.DestroyAsync();
        if (_rows is not null) await _rows.DisposeAsync();
        if (_bits is not null) await _bits.DisposeAsync();
        await _network.RemoveAsync();
        new BedNames(Domain).Remove();
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<Bed> MakeAsync(int number, BedPlan plan, Action<string>? say, string? program, Func<Bed, Task> make)
    {
        var bed = new Bed(number, plan, Directory.CreateTempSubdirectory($"tatara-bed{number}-").FullName, say ?? (_ => { }), program ?? Platform.Program);
        try
        {
            await make(bed);
            return bed;
        }
        catch
        {
            await bed.DisposeAsync();
            throw;
        }
    }

    /// <summary>1. the hosts, 2. the founding one, 3. the others join, 4. everything runs.</summary>
    private async Task StartAsync()
    {
        await PrepareAsync(); // 1.
        _say($"founding the platform on {Founder.Name}"); // 2.
        await FoundAsync();
        await Founder.StartAsync();

        foreach (var host in Hosts.Where(host => host != Founder)) // 3.
        {
            _say($"{host.Name} joins");
            await JoinAsync(host);
        }

        _say("starting all hosts"); // 4.
        await Task.WhenAll(Hosts.Where(host => host != Founder).Select(host => host.StartAsync()));
        await AnswersAsync([.. With("router")]);
    }

    private async Task PrepareAsync()
    {
        _say("making the hosts' network");
        await _network.CreateAsync(_plan.HasStores ? [BedPlan.Stores, .. _plan.Hosts] : _plan.Hosts);
        foreach (var host in Hosts) await host.GiveDiskAsync();
        if (!_plan.HasStores) return;

        _say("starting PostgreSQL and the S3 server");
        var place = new ServerPlace(_network.Enter(BedPlan.Stores), _network.AddressOf(BedPlan.Stores));
        _rows = await PostgreSqlServer.StartAsync(place);
        _bits = await S3Server.StartAsync(place);
    }

    /// <returns>What is wrong; null when it answers.</returns>
    private static async Task<string?> TryAsync(HttpClient client, string url)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(url));
            return response.IsSuccessStatusCode ? null : $"{(int)response.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }

    /// <returns>The flags that name them.</returns>
    private async Task<string[]> WriteStoresAsync(PostgreSqlServer rows, S3Server bits) =>
    [
        "--database", await WriteSecretAsync("database", await rows.CreateDatabaseTextAsync()),
        "--blobstore", await WriteSecretAsync("blobstore", $"""
            endpoint: {bits.Endpoint}
            bucket: {bits.Bucket}
            path_style: true
            access_key: {bits.AccessKey}
            secret_key: {bits.SecretKey}
            """),
    ];

    private async Task<string> WriteSecretAsync(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        await File.WriteAllTextAsync(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private async Task JoinAsync(BedHost host)
    {
        var roles = host.Plan.Roles.SelectMany(role => (string[])["--role", role]);
        var token = await SucceedAsync(Founder, ["token", "create", .. roles, "--config", Founder.ConfigurationFile]);
        Succeeded(host, "join", await JoinAsync(host, token.Trim()));
        // A load balancer asks routers over the network.
        if (host.Plan.Roles.Contains("router")) await File.AppendAllTextAsync(host.ConfigurationFile, $"status-listen: {host.Address}\n");
    }

    private static string[] Common(BedHost host) =>
        ["--config", host.ConfigurationFile, "--data", host.Data, "--stacks", Stacks, "--buildpacks", Buildpacks, "--zone", host.Plan.Zone, "--memory", "4096", "--drain-wait", "3"];

    private static async Task<string> SucceedAsync(BedHost host, string[] arguments) => Succeeded(host, arguments[0], await host.RunAsync(arguments));

    private static string Succeeded(BedHost host, string command, (int ExitCode, string Output) result) =>
        result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"`tatara {command}` on {host.Name} ended with {result.ExitCode}:\n{result.Output}");
}
