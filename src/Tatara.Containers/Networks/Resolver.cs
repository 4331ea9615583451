using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Tatara.Containers.Linux;
using Tatara.Containers.Processes;

namespace Tatara.Containers.Networks;

/// <summary>
/// The name server of the containers: a dnsmasq on the host address that knows internal names and asks the machine's name
/// servers for the rest. Like the containers it outlives the process that started it, so that apps find each other meanwhile.
/// </summary>
internal sealed class Resolver(ContainerRuntimeOptions options, MachineTools tools, CommandRunner commands, ILogger logger)
{
    /// <summary>A domain that is never asked for outside.</summary>
    private const string InternalDomain = "apps.internal";

    private readonly string _directory = Path.Combine(ContainerPaths.Run(options), "resolver");
    private readonly SemaphoreSlim _changing = new(1);
    private string? _names;

    private string ConfigFile => Path.Combine(_directory, "dnsmasq.conf");

    private string NamesFile => Path.Combine(_directory, "names");

    private string PidFile => Path.Combine(_directory, "pid");

    /// <summary>Starts it unless it runs already, with this configuration.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        Ownership.MakeDirectory(_directory, 0, Ownership.Everyone);
        if (!File.Exists(NamesFile)) File.WriteAllText(NamesFile, "");
        var config = Configuration();
        if (File.Exists(ConfigFile) && await File.ReadAllTextAsync(ConfigFile, cancellationToken) == config && SignalIt(0)) return;
        Stop();
        await File.WriteAllTextAsync(ConfigFile, config, cancellationToken);
        await commands.RunAsync([tools.NameServer, "--conf-file=" + ConfigFile], null, cancellationToken);
    }

    /// <summary>These internal names and no others.</summary>
    public async Task SetNamesAsync(IReadOnlyDictionary<string, IReadOnlyList<string>> namesByAddress, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (var (address, names) in namesByAddress.OrderBy(n => n.Key, StringComparer.Ordinal))
            if (names.Count > 0) text.Append(address).Append(' ').AppendJoin(' ', names.Order(StringComparer.Ordinal)).Append('\n');
        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (_names == text.ToString() && SignalIt(0)) return;
            var draft = NamesFile + ".new";
            await File.WriteAllTextAsync(draft, text.ToString(), cancellationToken);
            File.Move(draft, NamesFile, overwrite: true);
            if (!SignalIt(Libc.SigHangUp))
            {
                logger.LogWarning("The containers' name server had ended; it is started again");
                await EnsureAsync(cancellationToken);
            }
            _names = text.ToString();
        }
        finally
        {
            _changing.Release();
        }
    }

    public void Stop() => SignalIt(Libc.SigKill);

    private bool SignalIt(int signal)
    {
        try
        {
            if (!int.TryParse(File.ReadAllText(PidFile), NumberStyles.Integer, CultureInfo.InvariantCulture, out var pid)) return false;
            using var process = ProcessFiles.OpenWithArgument(pid, "--conf-file=" + ConfigFile);
            return process is not null && Libc.Signal(process, signal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string Configuration()
    {
        var resolver = options.Resolver!;
        var lines = new List<string>
        {
            $"listen-address={options.ResolverAddress}", "bind-interfaces", "port=53", "user=nobody", "group=nogroup",
            $"pid-file={PidFile}", "no-hosts", $"addn-hosts={NamesFile}", $"local=/{InternalDomain}/",
            "no-resolv", "no-poll", "cache-size=2000", "dns-forward-max=1000",
        };
        lines.AddRange(resolver.Upstream.Select(server => $"server={server}"));
        foreach (var (domain, address) in resolver.Domains) lines.AddRange([$"address=/{domain}/{address}", $"local=/{domain}/"]);
        return string.Join('\n', lines) + "\n";
    }
}
