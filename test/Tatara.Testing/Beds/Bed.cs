using System.Diagnostics;

namespace Tatara.Testing.Beds;

/// <summary>
/// A platform of many hosts on one machine: each host is a network namespace with its own processes and folder, made as an operator makes it: the
/// first one founds, the others join by tokens. PostgreSQL keeps the rows, an S3 server the bits.
/// </summary>
public sealed class Bed : IAsyncDisposable
{
    private const string Stacks = "/var/lib/tatara/stacks", Buildpacks = "/var/lib/tatara/buildpacks";
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(60);
    private const int HttpPort = 80, HttpsPort = 443;

    private readonly BedNetwork _network;
    private readonly Dictionary<string, BedHost> _hosts;
    private readonly string _directory;
    private readonly Action<string> _say;
    private PostgreSqlServer? _rows;
    private S3Server? _bits;

    private Bed(int number, BedPlan plan, string directory, Action<string> say)
    {
        (_network, _directory, _say) = (new BedNetwork(number), directory, say);
        // Names below .localhost are this machine to some programs, whatever its hosts file says.
        Domain = $"bed{number}.test";
        _hosts = plan.Hosts.ToDictionary(host => host.Name, host => new BedHost(host, _network, Path.Combine(directory, host.Name)), StringComparer.Ordinal);
        Founder = _hosts[plan.Hosts[0].Name];
    }

    public string Domain { get; }

    public BedHost Founder { get; }

    public IReadOnlyCollection<BedHost> Hosts => _hosts.Values;

    public BedHost this[string name] => _hosts[name];

    public IEnumerable<BedHost> With(string role) => Hosts.Where(host => host.Plan.Roles.Contains(role));

    /// <summary>The platform as its users see it, through one of the routers.</summary>
    public Platform Platform => Platform.At(Domain, Founder.Data, With("router").First().Address, HttpPort, HttpsPort);

    /// <param name="number">0 to 255, unique on the machine.</param>
    /// <param name="say">Told what is being done.</param>
    public static async Task<Bed> StartAsync(int number, BedPlan plan, Action<string>? say = null)
    {
        var bed = new Bed(number, plan, Directory.CreateTempSubdirectory($"tatara-bed{number}-").FullName, say ?? (_ => { }));
        try
        {
            await bed.StartAsync(plan);
            return bed;
        }
        catch
        {
            await bed.DisposeAsync();
            throw;
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

    /// <summary>1. the network, 2. the stores, 3. the founding host, 4. the others join, 5. everything runs.</summary>
    private async Task StartAsync(BedPlan plan)
    {
        _say("making the hosts' network"); // 1.
        await _network.CreateAsync([BedPlan.Stores, .. plan.Hosts]);

        foreach (var host in Hosts) await host.GiveDiskAsync();

        _say("starting PostgreSQL and the S3 server"); // 2.
        var place = new ServerPlace(_network.Enter(BedPlan.Stores), _network.AddressOf(BedPlan.Stores));
        _rows = await PostgreSqlServer.StartAsync(place);
        _bits = await S3Server.StartAsync(place);
        var database = await WriteSecretAsync("database", await _rows.CreateDatabaseTextAsync());
        var blobstore = await WriteSecretAsync("blobstore", $"""
            endpoint: {_bits.Endpoint}
            bucket: {_bits.Bucket}
            path_style: true
            access_key: {_bits.AccessKey}
            secret_key: {_bits.SecretKey}
            """);

        _say($"founding the platform on {Founder.Name}"); // 3.
        await FoundAsync("--database", database, "--blobstore", blobstore);
        await Founder.StartAsync();

        foreach (var host in Hosts.Where(host => host != Founder)) // 4.
        {
            _say($"{host.Name} joins");
            await JoinAsync(host);
        }

        _say("starting all hosts"); // 5.
        await Task.WhenAll(Hosts.Where(host => host != Founder).Select(host => host.StartAsync()));
        new BedNames(Domain).Write(With("router").First().Address);
        await AnswersAsync();
    }

    /// <summary>Until the API and the login answer through every router.</summary>
    private async Task AnswersAsync()
    {
        foreach (var router in With("router"))
        {
            using var client = Platform.At(Domain, Founder.Data, router.Address, HttpPort, HttpsPort).CreateClient();
            foreach (var url in (string[])[$"https://api.{Domain}/", $"https://login.{Domain}/login", $"https://log-cache.{Domain}/api/v1/info"])
                for (var waited = Stopwatch.StartNew(); await TryAsync(client, url) is { } problem; await Task.Delay(100))
                    if (waited.Elapsed > AnswerPatience) throw new InvalidOperationException($"{url} through {router.Name}: {problem}");
        }
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

    private async Task FoundAsync(params string[] stores)
    {
        await SucceedAsync(Founder, ["cluster", "init", "--name", Founder.Name, "--address", Founder.Address, "--domain", Domain, .. stores, .. Common(Founder)]);
        var text = await File.ReadAllLinesAsync(Founder.ConfigurationFile);
        var all = Array.FindIndex(text, line => line.StartsWith("roles:", StringComparison.Ordinal));
        text[all] = $"roles: [{string.Join(", ", Founder.Plan.Roles)}]";
        await File.WriteAllLinesAsync(Founder.ConfigurationFile, text);
    }

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
        var token = await SucceedAsync(Founder, ["token", "create", "--name", host.Name, .. roles, "--config", Founder.ConfigurationFile]);
        await SucceedAsync(host, ["join", token.Trim(), .. Common(host)]);
    }

    private static string[] Common(BedHost host) =>
        ["--config", host.ConfigurationFile, "--data", host.Data, "--stacks", Stacks, "--buildpacks", Buildpacks, "--zone", host.Plan.Zone, "--memory", "4096"];

    private static async Task<string> SucceedAsync(BedHost host, string[] arguments)
    {
        var (exitCode, output) = await host.RunAsync(arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException($"`tatara {arguments[0]}` on {host.Name} ended with {exitCode}:\n{output}");
    }
}
