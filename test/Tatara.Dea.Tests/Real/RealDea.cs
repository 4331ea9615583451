using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.Containers;
using Tatara.Containers.Tests;
using Tatara.Dea.Tests.Fakes;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.Dea.Tests.Real;

/// <summary>A DEA with real containers. Everything of it is gone when it is disposed.</summary>
internal sealed class RealDea : IAsyncDisposable
{
    public const string App = "99999999-2222-3333-4444-555555555555";
    private static int _count;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tatara-dea-");
    private ContainerRuntimeOptions _containers;
    private IContainerRuntime? _runtime;
    private IHost? _host;

    private RealDea(NatsServer nats, Bus bus, Blobs blobs)
    {
        (Nats, Bus, Blobs) = (nats, bus, blobs);
        var process = Environment.ProcessId % 250;
        var number = Interlocked.Increment(ref _count) % 250;
        _containers = new ContainerRuntimeOptions
        {
            DataDirectory = Path.Combine(_directory.FullName, "containers"),
            RunDirectory = "/run/tatara-dea-test",
            Subnet = $"10.{200 + process % 50}.{number}.0/24",
            HostAddress = $"10.148.{process}.{number}",
        };
        File.SetUnixFileMode(_directory.FullName, (UnixFileMode)0x1ED);
        Options = new DeaOptions
        {
            Id = "dea-real",
            Bus = new NatsOptions { Servers = [nats.Address], RequestTimeout = TimeSpan.FromSeconds(1) },
            DataDirectory = Path.Combine(_directory.FullName, "data"),
            HostAddress = _containers.HostAddress,
            Subnet = System.Net.IPNetwork.Parse(_containers.Subnet),
            Stacks = [new("bookworm", Stack.Path)],
            MemoryMb = 4000,
            DiskMb = 10_000,
            StopGrace = TimeSpan.FromSeconds(2),
        };
    }

    public NatsServer Nats { get; }
    public Bus Bus { get; }
    public Blobs Blobs { get; }
    public DeaOptions Options { get; set; }
    public List<string> Logged { get; } = [];

    public static async Task<RealDea> StartAsync(Func<DeaOptions, DeaOptions>? change = null, Func<ContainerRuntimeOptions, ContainerRuntimeOptions>? containers = null)
    {
        var nats = await NatsServer.StartAsync();
        var dea = new RealDea(nats, await Bus.ListenAsync(nats.Address), await Blobs.StartAsync());
        if (change is not null) dea.Options = change(dea.Options);
        if (containers is not null) dea._containers = containers(dea._containers);
        await dea.StartAgainAsync();
        await dea.Bus.WaitForAsync<DeaHello>(Subjects.DeaStart, _ => true);
        return dea;
    }

    public async Task StartAgainAsync()
    {
        _runtime = ContainerRuntime.Create(_containers, NullLoggerFactory.Instance);
        _host = DeaHost.Build(Options, _runtime, l => l.AddProvider(new ListLoggerProvider(Logged)));
        await _host.StartAsync();
        await _host.Services.GetRequiredService<NatsConnection>().ConnectAsync();
    }

    public async Task StopAsync()
    {
        if (_host is null) return;
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        _host = null;
    }

    /// <summary>Puts a zip there; names that end with ! are executable.</summary>
    public void AddZip(string name, params (string Path, string Text)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, text) in files)
            {
                var entry = zip.CreateEntry(path.TrimEnd('!'));
                entry.ExternalAttributes = (path.EndsWith('!') ? 0x81ED : 0x81A4) << 16;
                using var content = entry.Open();
                content.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        Blobs[name] = bytes.ToArray();
    }

    public StagingStartMessage StagingMessage(IReadOnlyList<string>? buildpacks = null, int disk = 512, int memory = 256, int timeout = 120, params string[] environment) => new(
        App, Guid.NewGuid().ToString(),
        new StagingProperties(buildpacks ?? [], environment, new InstanceLimits(memory, disk, 16384), TimeoutSeconds: timeout),
        Blobs.UrlOf("package"), Blobs.UrlOf("droplet"), Blobs.UrlOf("cache"), Blobs.UrlOf("cache"),
        [new AdminBuildpack("guid-never_" + Blobs.Sha1(Blobs["never"] ?? []), Blobs.UrlOf("never"), "never_buildpack"),
         new AdminBuildpack("guid-test_" + Blobs.Sha1(Blobs["test"] ?? []), Blobs.UrlOf("test"), "test_buildpack")],
        "bookworm",
        EgressNetworkRules: [new EgressRule("all", "0.0.0.0/0")]);

    /// <summary>Both answers to a staging.</summary>
    public async Task<StagingReply> StageAsync(StagingStartMessage message)
    {
        var patience = Stopwatch.StartNew();
        var replies = new List<StagingReply>();
        await foreach (var reply in Bus.Connection.RequestManyAsync<StagingStartMessage, StagingReply>(
            Subjects.StagingStart(Options.Id), message, TimeSpan.FromSeconds(120)))
        {
            replies.Add(reply.Data!);
            if (reply.Data!.DropletSha1 is not null || reply.Data.Error is not null) return reply.Data;
        }
        throw new TimeoutException($"Only {replies.Count} answers after {patience.Elapsed}.");
    }

    public List<string> StagingLines() => [.. Bus.Logs.Where(l => l.SourceType == "STG").Select(l => Encoding.UTF8.GetString(l.Payload))];

    public ValueTask SendStartAsync(string sha1, string? command, int index = 0, int memory = 64, params SidecarSpec[] sidecars) =>
        Bus.Connection.PublishAsync(Subjects.DeaStartInstance(Options.Id), new DeaStartMessage(
            App, "v1", "tiny", index, sha1, Blobs.UrlOf("droplet"), ["tiny.tatara.localhost"], new InstanceLimits(memory, 64, 1024), ["GREETING=hello"],
            JsonDocument.Parse($$"""{"application_id":"{{App}}"}""").RootElement, StartCommand: command, Stack: "bookworm", Sidecars: sidecars));

    public async Task<RouterRegistration> RunInstanceAsync(string sha1, string? command, int index = 0, int memory = 64, params SidecarSpec[] sidecars)
    {
        await SendStartAsync(sha1, command, index, memory, sidecars);
        return await Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, r => r.PrivateInstanceIndex == index.ToString(), 30);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _runtime!.RemoveAllAsync(default);
        await Bus.DisposeAsync();
        await Blobs.DisposeAsync();
        await Nats.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
