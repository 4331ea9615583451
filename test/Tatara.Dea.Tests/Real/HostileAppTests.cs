using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Real;

/// <summary>Apps that would harm a DEA by what they write, use or bring with them.</summary>
public sealed class HostileAppTests
{
    private static readonly HttpClient Http = new();

    /// <summary>Answers requests, and floods its log with so many MB, then a word, when it is asked to.</summary>
    private const string Server = """
        use IO::Socket::INET;
        $| = 1;
        my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 20, ReuseAddr => 1) or die;
        while (1) {
          my $client = $server->accept or next;
          my $request = <$client> // next;
          if ($request =~ m{^GET /lines/(\d+) }) { for (1 .. $1 * 10_000) { print 'x' x 99, "\n" } print "flooded\n" }
          if ($request =~ m{^GET /line/(\d+) }) { for (1 .. $1 * 100) { print 'x' x 10_000 } print "\nflooded\n" }
          if ($request =~ m{^GET /burn }) { fork || do { 1 while 1 } }
          print $client "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
          close $client;
        }
        """;

    private static async Task<string> RunAsync(RealDea dea)
    {
        dea.Blobs["droplet"] = Blobs.TarGz([("app/server.pl", Server)]);
        var registration = await dea.RunInstanceAsync(Blobs.Sha1(dea.Blobs["droplet"]!), command: "perl server.pl");
        return $"http://{registration.Host}:{registration.Port}";
    }

    private static List<LogEntry> AppLog(RealDea dea) => [.. dea.Bus.Logs.Where(l => l.SourceType == "APP/PROC/WEB")];

    private static bool HasLine(RealDea dea, Func<string, bool> line) => AppLog(dea).Any(l => line(Encoding.UTF8.GetString(l.Payload)));

    [Fact]
    public async Task HundredMegabytesInOneLine_ComeInPieces_AndTheAppAnswers()
    {
        await using var dea = await RealDea.StartAsync();
        var url = await RunAsync(dea);

        (await Http.GetStringAsync(url + "/line/100")).ShouldBe("ok");
        await Bus.UntilAsync(() => HasLine(dea, l => l == "flooded"), "what came after the line arrives", 60);

        (await Http.GetStringAsync(url)).ShouldBe("ok");
        var pieces = AppLog(dea);
        pieces.ShouldAllBe(l => l.Payload.Length <= 60 * 1024);
        if (!HasLine(dea, l => l.Contains("are lost"))) pieces.Sum(l => l.Payload.LongLength).ShouldBeGreaterThanOrEqualTo(100_000_000);
    }

    [Fact]
    public async Task FloodWhileNobodyTakesIt_StaysBounded_AndTheLossIsSaid()
    {
        await using var dea = await RealDea.StartAsync(containers: o => o with { LogBytes = 1 << 20 });
        var url = await RunAsync(dea);

        await dea.Nats.KillAsync();
        (await Http.GetStringAsync(url + "/lines/20")).ShouldBe("ok");
        await dea.Nats.StartAgainAsync();

        await Bus.UntilAsync(() => HasLine(dea, l => l == "flooded"), "the end of the flood arrives", 60);
        await Bus.UntilAsync(() => HasLine(dea, l => l.EndsWith("MB of this log are lost: they were written faster than they could be delivered")), "the loss is said");
        (await Http.GetStringAsync(url)).ShouldBe("ok");
    }

    [Fact]
    public async Task Usage_OfABusyApp_IsTold()
    {
        await using var dea = await RealDea.StartAsync();
        var url = await RunAsync(dea);
        var idle = await UsageAsync(dea);
        await Http.GetStringAsync(url + "/burn");

        // At most one core, and on a loaded machine less.
        await Bus.UntilAsync(async () => await UsageAsync(dea) is { Cpu: > 0.2 }, "it uses the processor", 60);

        var busy = await UsageAsync(dea);
        busy.Cpu.ShouldBeLessThan(1.3);
        busy.CpuEntitlement.ShouldBe(busy.Cpu / (64.0 / 4000 * Environment.ProcessorCount), 0.01);
        idle.Cpu.ShouldBeLessThan(busy.Cpu);
        idle.Mem.ShouldBeInRange(1 << 20, 64 << 20);
    }

    [Fact]
    public async Task DropletWithLinksToTheMachinesFilesAndSetUserId_FindsTheContainersOwn()
    {
        await using var dea = await RealDea.StartAsync();
        var secret = Path.Combine(dea.Options.DataDirectory, "secret");
        File.WriteAllText(secret, "of the machine");
        dea.Blobs["droplet"] = TarGz(
            new PaxTarEntry(TarEntryType.SymbolicLink, "app/secret") { LinkName = secret },
            new PaxTarEntry(TarEntryType.SymbolicLink, "app/shadow") { LinkName = "/etc/shadow" },
            Executable("app/su", UnixFileMode.SetUser | UnixFileMode.SetGroup | (UnixFileMode)0x1ED));

        await dea.SendStartAsync(Blobs.Sha1(dea.Blobs["droplet"]!), "cat secret; cat shadow; stat -c 'mode %a' su; exit 3");

        (await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true, 30)).ExitDescription.ShouldBe("exited with status 3");
        await Bus.UntilAsync(() => HasLine(dea, l => l == "mode 755"), "its output arrives");
        HasLine(dea, l => l == "cat: secret: No such file or directory").ShouldBeTrue();
        // The stack's own, which has nothing in it.
        HasLine(dea, l => l.StartsWith("vcap:*:")).ShouldBeTrue();
        HasLine(dea, l => l.StartsWith("root:")).ShouldBeFalse();
    }

    [Theory]
    [InlineData(TarEntryType.BlockDevice)]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.Fifo)]
    public async Task DropletWithADevice_IsRefused_AndTheReasonIsSaid(TarEntryType type)
    {
        await using var dea = await RealDea.StartAsync();
        dea.Blobs["droplet"] = TarGz(new PaxTarEntry(type, "app/disk"));

        await dea.SendStartAsync(Blobs.Sha1(dea.Blobs["droplet"]!), "true");

        (await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true, 30)).ExitDescription
            .ShouldBe($"The droplet was refused. The archive holds a {type}, which is neither a file, a directory nor a link.");
    }

    private static PaxTarEntry Executable(string name, UnixFileMode mode) =>
        new(TarEntryType.RegularFile, name) { Mode = mode, DataStream = new MemoryStream("x"u8.ToArray()) };

    private static byte[] TarGz(params PaxTarEntry[] entries)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
            foreach (var entry in entries) tar.WriteEntry(entry);
        return bytes.ToArray();
    }

    private static async Task<InstanceUsage> UsageAsync(RealDea dea)
    {
        var reply = await dea.Bus.Connection.RequestAsync<FindDropletRequest, FindDropletResponse>(
            Subjects.DeaFindDroplet, new FindDropletRequest(RealDea.App, IncludeStats: true), TimeSpan.FromSeconds(5));
        return reply.Data!.Stats!.Usage!;
    }
}
