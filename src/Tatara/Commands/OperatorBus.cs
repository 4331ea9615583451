using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Up;

namespace Tatara.Commands;

/// <summary>The platform's bus as its operator has it: on one machine by the data folder, of many hosts by the founding host's file.</summary>
internal static class OperatorBus
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <exception cref="SetupException">There is no platform, or its bus does not answer.</exception>
    public static async Task<NatsConnection> ConnectAsync(string? config, PlatformOptions options, string client, CancellationToken cancellationToken)
    {
        var settings = SurroundingsOf(config, options).Bus(PeerRole.Operator, client);
        var bus = new NatsConnection(settings);
        try
        {
            await bus.ConnectAsync(cancellationToken).WaitAsync(Patience, cancellationToken);
            return bus;
        }
        catch (TimeoutException e)
        {
            await bus.DisposeAsync();
            throw new SetupException($"The platform's bus does not answer at {string.Join(" or ", settings.Servers)}.", "Is the platform running? Give the same --data and --ports-from as it has, or its --config.", e);
        }
    }

    private static Surroundings SurroundingsOf(string? config, PlatformOptions options)
    {
        if (config is not null) return new OneOfMany(HostFile.Load(Path.GetFullPath(config)));
        if (!File.Exists(options.SecretsFile)) throw new SetupException($"{options.Data} is not a platform's data folder.", "Name the right one by --data.");
        return new OneMachine(options, Secrets.LoadOrCreate(options.SecretsFile));
    }
}
