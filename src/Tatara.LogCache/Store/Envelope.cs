namespace Tatara.LogCache.Store;

/// <summary>The kinds of envelope that readers can ask for. Only LOG is written so far.</summary>
internal enum EnvelopeType : byte
{
    Any = 0,
    Log = 1,
    Counter = 2,
    Gauge = 3,
    Timer = 4,
    Event = 5,
}

/// <summary>A line as it is stored.</summary>
/// <param name="Timestamp">Unix nanoseconds; unique within a source.</param>
/// <param name="IsError">Written to standard error.</param>
internal sealed record LogEnvelope(long Timestamp, string InstanceId, string SourceType, bool IsError, ReadOnlyMemory<byte> Payload);
