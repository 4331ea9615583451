using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Hosting;
using Tatara.Database;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.CloudController.Tests.Support;

/// <summary>A real Cloud Controller with its own database and bus, and an issuer of tokens.</summary>
public class CloudControllerFixture : IAsyncLifetime
{
    private string _directory = Directory.CreateTempSubdirectory("tatara-cc-").FullName;
    private WebApplication _app = null!;

    public TokenIssuer Tokens { get; private set; } = null!;

    public NatsServer Bus { get; private set; } = null!;

    /// <summary>Null: a SQLite file in the directory.</summary>
    internal DatabaseAddress? Database { get; set; }

    internal CloudControllerOptions Options { get; private set; } = null!;

    internal IServiceProvider Services => _app.Services;

    /// <summary>Changes the options before the host is built.</summary>
    internal Func<CloudControllerOptions, CloudControllerOptions> Configure { get; set; } = o => o;

    internal Action<IServiceCollection> Replace { get; set; } = _ => { };

    public string DirectoryPath => _directory;

    public ApiClient Admin => Client(Tokens.Admin());

    public async Task InitializeAsync()
    {
        Tokens = await TokenIssuer.StartAsync();
        Bus = await NatsServer.StartAsync();
        Database ??= await TestDatabase.CreateAsync();
        await StartAsync();
    }

    public async Task StartAsync()
    {
        Options = Configure(new CloudControllerOptions
        {
            Bus = new NatsOptions { Servers = [Bus.Address] },
            Domain = TokenIssuer.Domain,
            DataDirectory = _directory,
            Database = Database,
            UaaUrl = Tokens.Url,
            BlobSigningKey = "a-signing-key-for-tests-only-0123456789",
            BulkPassword = "bulk-password",
        });
        _app = CloudControllerHost.Build(Options, logging => logging.AddDebug().SetMinimumLevel(LogLevel.Warning), Replace);
        await _app.StartAsync();
    }

    /// <summary>A further Cloud Controller on the same database, bus and blobs; stop it by itself.</summary>
    internal async Task<CloudControllerFixture> StartBesideAsync(string name)
    {
        var other = new CloudControllerFixture();
        Directory.Delete(other._directory);
        (other._directory, other.Tokens, other.Bus, other.Database, other.Replace) = (_directory, Tokens, Bus, Database, Replace);
        other.Configure = o => Configure(o) with { Name = name };
        await other.StartAsync();
        return other;
    }

    public async Task StopAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>The bus as a DEA has it.</summary>
    public async Task<NatsConnection> ConnectAsync()
    {
        var connection = new NatsConnection(new NatsOptions { Servers = [Bus.Address], Json = ProtocolJson.Default.Options });
        await connection.ConnectAsync();
        return connection;
    }

    public Uri Address => ComponentRegistrar.ListeningAt(_app.Services.GetRequiredService<IServer>());

    public ApiClient User(string user) => Client(Tokens.User(user));

    public ApiClient Client(string? token) => new(Address, token);

    public async Task DisposeAsync()
    {
        await StopAsync();
        await Bus.DisposeAsync();
        await Tokens.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>One whose DEAs are written down instead of reached.</summary>
public sealed class CoreFixture : CloudControllerFixture
{
    public CoreFixture() => Replace = InstanceRecorder.Use;

    internal InstanceRecorder Instances => Services.GetRequiredService<InstanceRecorder>();
}
