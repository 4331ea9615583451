using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tatara.Members;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Commands;

/// <summary>`tatara status`: every member of the platform, as the bus knows it.</summary>
internal static class StatusCommand
{
    private const int Unhealthy = 2;

    /// <summary>Members ask their databases for no more than two seconds before they answer.</summary>
    private static readonly TimeSpan Census = TimeSpan.FromSeconds(3);

    public static Command Create()
    {
        var (common, json) = (new CommonOptions(), new Option<bool>("--json") { Description = "write one JSON object" });
        var config = new Option<string?>("--config") { Description = "the founding host's configuration file, for a platform of many hosts" };
        var command = new Command("status", "Show every member of the platform: version, load, health. Ends with 0 when all is well.") { json, config };
        common.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var bus = await OperatorBus.ConnectAsync(result.GetValue(config), common.Read(result), "status", cancellationToken);
            var report = MemberReport.Of(await AskAsync(bus, cancellationToken));
            Write(report, result.GetValue(json));
            return report.Problems.Count == 0 ? 0 : Unhealthy;
        });
        return command;
    }

    private static async Task<IReadOnlyList<ComponentAnnouncement>> AskAsync(NatsConnection bus, CancellationToken cancellationToken)
    {
        var answers = new List<ComponentAnnouncement>();
        await foreach (var answer in bus.RequestManyAsync<EmptyMessage, ComponentAnnouncement>(Subjects.ComponentDiscover, new EmptyMessage(), Census, cancellationToken))
            if (answer.Data is { } announcement) answers.Add(announcement);
        return answers;
    }

    private static void Write(MemberReport report, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, MemberJson.Default.MemberReport));
            return;
        }
        foreach (var line in MemberTable.Lines(report)) Console.WriteLine(line);
        if (report.Problems.Count > 0) Console.WriteLine();
        foreach (var problem in report.Problems) Console.WriteLine(problem);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(MemberReport))]
internal sealed partial class MemberJson : JsonSerializerContext;
