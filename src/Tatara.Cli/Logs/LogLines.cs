using System.Text;
using Tatara.Cli.Api.Records;
using Tatara.Cli.Terminal;

namespace Tatara.Cli.Logs;

/// <summary>Prints log lines.</summary>
internal static class LogLines
{
    public static string SourceType(LogEnvelope line) => line.Tags?.GetValueOrDefault("source_type") ?? "";

    /// <param name="zone">Time zone of the header; null prints the text alone.</param>
    public static void Show(ITerminal terminal, LogEnvelope line, TimeZoneInfo? zone)
    {
        var type = line.Log?.Type ?? "OUT";
        var header = zone is null ? "" : $"{Times.Log(Time(line), zone)} [{SourceType(line)}/{line.InstanceId}] {type} ";
        foreach (var text in Encoding.UTF8.GetString(line.Log?.Payload ?? []).Split('\n'))
        {
            var whole = header + text.TrimEnd('\r');
            terminal.Line("   " + (type == "ERR" ? terminal.Paint(whole, Paint.Red) : whole));
        }
    }

    private static DateTimeOffset Time(LogEnvelope line) => DateTimeOffset.UnixEpoch.AddTicks(line.Timestamp / 100);
}
