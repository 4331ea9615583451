using System.Text.Json;
using Tatara.Testing;
using Tatara.Testing.Beds;

namespace Tatara.AcceptanceTests;

/// <summary>Two apps whose containers are on different hosts, each a network namespace with an address of its own.</summary>
public sealed class HostsOfContainersTests : IDisposable
{
    private const int BodyBytes = 150_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly BedPlan s_plan = new(
        new("host-1", 11, "west", "authority", "bus", "cloud-controller", "uaa", "log-cache", "health-manager", "router"),
        new("host-2", 12, "east", "dea"),
        new("host-3", 13, "west", "dea")) { HasStores = false };

    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-apps-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Policy_BetweenAppsOfDifferentHosts_OpensTheInternalNameAndClosesItAgain()
    {
        await using var bed = await Bed.PrepareAsync(73, s_plan);
        var (first, second, third) = (bed["host-1"], bed["host-2"], bed["host-3"]);
        await bed.FoundAsync();
        await first.StartAsOneAsync();
        await JoinAsync(bed, second);
        await bed.AnswersAsync(first);
        using var cf = await Cf.LoggedInAsync(bed.Platform, "hosts");

        // 1. One app is on one host, the other on both: each instance in a zone of its own.
        (await cf.RunAsync("push", "backend", "-p", Backend(), "-b", "binary_buildpack", "-m", "64M")).Succeeded();
        (await cf.RunAsync("map-route", "backend", "apps.internal", "--hostname", "backend-of-test")).Succeeded();
        await JoinAsync(bed, third);
        (await cf.RunAsync("push", "frontend", "-p", Frontend(), "-b", "binary_buildpack", "-m", "64M", "-i", "2", "-u", "process", "--no-route")).Succeeded();
        await BothSayAsync("refused", "Failed to connect");

        // 2. A policy lets both in, with bodies of many packets both ways.
        var policy = JsonSerializer.Serialize(new
        {
            policies = new[] { new { source = new { id = await GuidAsync("frontend") }, destination = new { id = await GuidAsync("backend"), protocol = "tcp", ports = new { start = 8080, end = 8080 } } } },
        });
        (await cf.RunAsync("curl", "/networking/v1/external/policies", "-X", "POST", "-d", policy)).Succeeded();
        await BothSayAsync("answered", $"got {BodyBytes} from {second.Address}");

        await LogsAsync(second, "The tunnel of dea-host-2 has answers from dea-host-3 (");
        await LogsAsync(third, "The tunnel of dea-host-3 has answers from dea-host-2 (");

        // 3. Without the policy, nobody.
        (await cf.RunAsync("curl", "/networking/v1/external/policies/delete", "-X", "POST", "-d", policy)).Succeeded();
        await BothSayAsync("refused again", "Failed to connect");

        // 4. A DEA that was killed goes on where it was.
        await third.KillAsync("dea");
        await third.StartAsOneAsync();
        (await cf.RunAsync("curl", "/networking/v1/external/policies", "-X", "POST", "-d", policy)).Succeeded();
        await BothSayAsync("answered again", $"got {BodyBytes} from {second.Address}");

        // 5. Nothing passes between both hosts any more, which their logs say, and then again.
        await bed.PartAsync(second, third);
        await LogsAsync(second, "The tunnel of dea-host-2 has had no answer from dea-host-3 (");
        await LogsAsync(third, "The tunnel of dea-host-3 has had no answer from dea-host-2 (");
        await SaysAsync(third, "cut off", "curl: (28)");
        await bed.HealAsync();
        await BothSayAsync("answered over the way that is there again", $"got {BodyBytes} from {second.Address}");

        // 6. The backend's host is lost: its successor is found on the other. When the host is back, its new containers find it, too.
        await second.PowerOffAsync();
        await SaysAsync(third, "answered from the other host", $"got {BodyBytes} from {third.Address}");
        await second.PowerOnAsync();
        await Eventually.BecomesAsync("the host's DEA there again", Patience, async () => (await first.RunAsync("status", "--config", first.ConfigurationFile)).Output, said => said.Contains("dea-host-2", StringComparison.Ordinal));
        (await cf.RunAsync("restart", "frontend")).Succeeded();
        await BothSayAsync("answered by the other host's", $"got {BodyBytes} from {third.Address}");

        // 7. A host that is removed is a peer no longer.
        var (exitCode, output) = await first.RunAsync("remove", "host-2", "--config", first.ConfigurationFile);
        exitCode.ShouldBe(0, output);
        await Eventually.BecomesAsync("the tunnel without the removed host", Patience,
            () => Task.FromResult(third.Log().Split('\n').Last(line => line.Contains("The tunnel of dea-host-3 (", StringComparison.Ordinal))), line => !line.Contains("dea-host-2", StringComparison.Ordinal));

        // 8. Nobody was refused what its role needs.
        third.Log().ShouldNotContain("Permissions Violation");

        static Task LogsAsync(BedHost host, string words) => Eventually.BecomesAsync(
            $"{host.Name} logs: {words}", Patience, () => Task.FromResult(host.Log()), log => log.Contains(words, StringComparison.Ordinal));

        async Task BothSayAsync(string what, string words)
        {
            await SaysAsync(second, what, words);
            await SaysAsync(third, what, words);
        }

        // The last line alone: what was said before may be older than the change.
        Task<string> SaysAsync(BedHost host, string what, string words) => Eventually.BecomesAsync(
            $"{host.Name}: {what}", Patience, async () => (await cf.RunAsync("logs", "frontend", "--recent")).Succeeded().Split('\n').LastOrDefault(line => line.Contains($"{host.Address} says", StringComparison.Ordinal)) ?? "",
            line => line.Contains(words, StringComparison.Ordinal));

        async Task<string> GuidAsync(string app) => (await cf.RunAsync("app", app, "--guid")).Succeeded().Trim();
    }

    private static async Task JoinAsync(Bed bed, BedHost host)
    {
        var (exitCode, token) = await bed.Founder.RunAsync("token", "create", "--role", "dea", "--config", bed.Founder.ConfigurationFile);
        exitCode.ShouldBe(0, token);
        var joined = await bed.JoinAsync(host, token.Trim());
        joined.ExitCode.ShouldBe(0, joined.Output);
        await host.StartAsOneAsync();
    }

    /// <summary>Answers with the body of the request, and says where it is.</summary>
    private string Backend() => App("backend", "web: perl server.pl", """
        use IO::Socket::INET;
        $SIG{CHLD} = 'IGNORE';
        my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 50, ReuseAddr => 1) or die $!;
        while (1) {
          my $client = $server->accept or next;
          if (fork) { close $client; next }
          my $length = 0;
          while (defined(my $line = <$client>)) { last if $line =~ /^\r?\n$/; $length = $1 if $line =~ /^content-length: (\d+)/i }
          read $client, my $body, $length;
          print $client "HTTP/1.1 200 OK\r\nX-From: $ENV{CF_INSTANCE_IP}\r\nContent-Length: $length\r\nConnection: close\r\n\r\n$body";
          exit;
        }
        """);

    private string Frontend() => App("frontend", "web: bash ask.sh", $$"""
        head -c {{BodyBytes}} /dev/zero | tr '\0' x >/tmp/body
        while true; do
          answer=$(curl --silent --show-error --max-time 5 --output /dev/null --dump-header /tmp/headers --header Expect: --data-binary @/tmp/body \
            --write-out 'got %{size_download} from ' http://backend-of-test.apps.internal:8080/ 2>&1)
          echo "$CF_INSTANCE_IP says $answer$(sed -n 's/^X-From: //p' /tmp/headers)"
          sleep 0.3
        done
        """);

    private string App(string name, string command, string text)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "Procfile"), command + "\n");
        File.WriteAllText(Path.Combine(folder, name == "backend" ? "server.pl" : "ask.sh"), text + "\n");
        return folder;
    }
}
