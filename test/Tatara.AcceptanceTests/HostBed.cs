using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Tatara.AcceptanceTests;

/// <summary>Hosts on a network of their own: a bridge that this machine has an address on, too.</summary>
internal sealed class HostBed : IAsyncDisposable
{
    public const string Domain = "cluster.test";

    private readonly string _prefix;
    private readonly string _bridge;
    private readonly string _folder = Directory.CreateTempSubdirectory("tatara-hosts-").FullName;
    private readonly List<Host> _hosts = [];

    private HostBed(string prefix) => (_prefix, _bridge) = (prefix, "tth" + prefix.Split('.')[^1]);

    /// <param name="prefix">The first three numbers of the network.</param>
    public static async Task<HostBed> CreateAsync(string prefix, int count)
    {
        var bed = new HostBed(prefix);
        await RunAsync("ip", "link", "add", bed._bridge, "type", "bridge");
        await RunAsync("ip", "address", "add", $"{prefix}.254/24", "dev", bed._bridge);
        await RunAsync("ip", "link", "set", bed._bridge, "up");
        for (var number = 1; number <= count; number++) bed._hosts.Add(await bed.AddAsync(number));
        return bed;
    }

    public Host this[int number] => _hosts[number - 1];

    /// <summary>cf on a host, as the administrator.</summary>
    public async Task<HostCf> LoggedInAsync(Host host)
    {
        var password = JsonDocument.Parse(File.ReadAllText(Path.Combine(host.Data, "secrets.json"))).RootElement.GetProperty("admin_password").GetString()!;
        var cf = new HostCf(host);
        await Eventually.BecomesAsync("an API", TimeSpan.FromSeconds(90), () => cf.RunAsync("api", $"https://api.{Domain}"), result => result.ExitCode == 0);
        foreach (var command in (string[][])[["auth", "admin", password], ["create-org", "cluster"], ["create-space", "dev", "-o", "cluster"], ["target", "-o", "cluster", "-s", "dev"]])
            (await cf.RunAsync(command)).Succeeded();
        return cf;
    }

    /// <summary>What an app says through the router of a host.</summary>
    public async Task<string> GetAsync(Host host, string app)
    {
        var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_hosts[0].Data, "tls", "ca.crt"));
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Parse(host.Address), 443, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck },
            },
        });
        try
        {
            return await client.GetStringAsync(new Uri($"https://{app}.{Domain}/"));
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var number = 1; number <= _hosts.Count; number++)
        {
            await this[number].StopAsync();
            await RunAsync("ip", "link", "delete", $"{_bridge}h{number}");
            this[number].End();
        }
        await RunAsync("ip", "link", "delete", _bridge);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Host> AddAsync(int number)
    {
        var (address, folder, link) = ($"{_prefix}.{number}", Path.Combine(_folder, number.ToString()), $"{_bridge}h{number}");
        Directory.CreateDirectory(folder);
        await RunAsync("cp", "--archive", "/etc", folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "etc", "hosts"),
            $"127.0.0.1 localhost\n{_prefix}.1 {string.Join(' ', ((string[])["api", "uaa", "login", "log-cache"]).Select(name => $"{name}.{Domain}"))}\n");
        // The control groups are the machine's own; the rest of /sys is that of the new network.
        var cgroups = Directory.CreateDirectory(Path.Combine(folder, "cgroup")).FullName;
        var script = $"mount --bind {folder}/etc /etc && mount --rbind /sys/fs/cgroup {cgroups} && mount -t sysfs sysfs /sys && mount --rbind {cgroups} /sys/fs/cgroup && ip link set lo up && echo ready && exec sleep infinity";
        var holder = Process.Start(new ProcessStartInfo("unshare", ["--net", "--mount", "--propagation", "slave", "sh", "-c", script]) { RedirectStandardOutput = true })!;
        (await holder.StandardOutput.ReadLineAsync()).ShouldBe("ready");
        await RunAsync("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", holder.Id.ToString());
        await RunAsync("ip", "link", "set", link, "master", _bridge, "up");
        await RunAsync("nsenter", "-t", holder.Id.ToString(), "--net", "ip", "address", "add", $"{address}/24", "dev", "eth0");
        await RunAsync("nsenter", "-t", holder.Id.ToString(), "--net", "ip", "link", "set", "eth0", "up");
        return new Host(address, folder, holder);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {await errors}");
    }
}
