using System.Text.Json.Serialization;

namespace Tatara.Protocol;

/// <summary>
/// Log lines on the way to log-cache. A sender numbers the lines of a stream; log-cache drops those it
/// has, so that a batch may be sent again until it is acknowledged.
/// </summary>
/// <param name="Stream">Unique to the sender and its life: an instance guid, a build guid, or a component's id with its start time.</param>
/// <param name="FirstSequence">Number of the first entry in the stream; the others follow it one by one.</param>
/// <param name="Sent">Unix nanoseconds by the sender's clock: shows log-cache by how much that is wrong. Only said where a batch does not wait for the bus.</param>
public sealed record LogBatch(
    string Stream, long FirstSequence, [property: JsonPropertyOrder(1)] IReadOnlyList<LogEntry> Entries, long? Sent = null);

/// <summary>The number of the first line of the stream that log-cache does not have yet.</summary>
public sealed record LogBatchAck(string Stream, long NextSequence);

/// <summary>One line.</summary>
/// <param name="SourceId">Guid of the app it belongs to.</param>
/// <param name="InstanceId">Instance index as text.</param>
/// <param name="SourceType">APP/PROC/WEB, STG, RTR, API, CELL.</param>
/// <param name="Timestamp">Unix nanoseconds.</param>
/// <param name="Type">See <see cref="LogTypes"/>.</param>
/// <param name="Payload">The line without its end; bytes, because an app may print anything.</param>
public sealed record LogEntry(string SourceId, string InstanceId, string SourceType, long Timestamp, string Type, byte[] Payload);

/// <summary>Which of its two streams an app wrote to.</summary>
public static class LogTypes
{
    public const string Out = "OUT";
    public const string Err = "ERR";
}
