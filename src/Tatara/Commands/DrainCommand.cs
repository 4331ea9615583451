using System.CommandLine;
using System.Globalization;
using Tatara.Configuration;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Commands;

/// <summary>`tatara drain dea-0`: moves a DEA's instances to the others, none stopped before its successor serves; then the DEA ends.</summary>
internal static class DrainCommand
{
    private static readonly TimeSpan BusPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Census = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var common = new CommonOptions();
        var name = new Argument<string>("dea") { Description = "its name, like dea-0" };
        var timeout = new Option<int>("--timeout") { Description = "seconds after which instances that found no place elsewhere are stopped", DefaultValueFactory = _ => 600 };
        var config = new Option<string?>("--config") { Description = "the founding host's configuration file, for a platform of many hosts" };
        var command = new Command("drain", "Move a DEA's instances to the platform's other DEAs and end it; no request is lost.") { name, timeout, config };
        common.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (result.GetValue(timeout) < 1) throw new SetupException("--timeout must be a second or more.", "");
            await using var bus = await OperatorBus.ConnectAsync(result.GetValue(config), common.Read(result), "drain", cancellationToken);
            await RunAsync(bus, result.GetRequiredValue(name), result.GetValue(timeout), cancellationToken);
            return 0;
        });
        return command;
    }

    /// <summary>1. is it there, and is another one, 2. tell it, 3. follow it until it is gone.</summary>
    private static async Task RunAsync(NatsConnection bus, string name, int timeout, CancellationToken cancellationToken)
    {
        var deas = new SortedSet<string>(StringComparer.Ordinal); // 1.
        await foreach (var status in bus.RequestManyAsync<EmptyMessage, DeaStatus>(Subjects.DeaStatus, new EmptyMessage(), Census, cancellationToken))
            if (status.Data is { } dea) deas.Add(dea.Id);
        if (!deas.Contains(name)) throw new SetupException($"No DEA is called '{name}'.", deas.Count == 0 ? "None runs." : $"These run: {string.Join(", ", deas)}.");
        if (deas.Count == 1) throw new SetupException($"{name} is the only DEA: its instances could go nowhere.", "Start another one first: `tatara up --deas 2`, or `tatara run dea`.");

        var left = -1;
        while (await AskAsync(bus, name, timeout, cancellationToken) is { } progress) // 2., 3.
        {
            if (progress.Instances + progress.Stagings != left) Console.WriteLine(Describe(progress));
            left = progress.Instances + progress.Stagings;
            await Task.Delay(Pause, cancellationToken);
        }
        var again = int.TryParse(name.AsSpan(name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && PlatformOptions.DeaName(index) == name
            ? $" `tatara run dea --index {index}` brings it back." : " `tatara run` on its host brings it back.";
        Console.WriteLine($"{name} is drained and has ended.{again}");
    }

    private static string Describe(DrainProgress progress) =>
        $"{progress.Dea} drains: {progress.Instances} instance{Plural(progress.Instances)} and {progress.Stagings} staging{Plural(progress.Stagings)} left";

    private static string Plural(int count) => count == 1 ? "" : "s";

    /// <summary>Null: nobody of that name is there any more.</summary>
    private static async Task<DrainProgress?> AskAsync(NatsConnection bus, string name, int timeout, CancellationToken cancellationToken)
    {
        try
        {
            return (await bus.RequestAsync<DrainRequest, DrainProgress>(Subjects.DeaDrain(name), new DrainRequest(timeout), BusPatience, cancellationToken)).Data;
        }
        catch (NatsException e) when (e is NatsNoRespondersException or NatsNoReplyException)
        {
            return null;
        }
    }
}
