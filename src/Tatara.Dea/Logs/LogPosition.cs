namespace Tatara.Dea.Logs;

/// <summary>How far a container's log has been delivered, as it stands on disk.</summary>
/// <param name="Reading">How far it has been read.</param>
/// <param name="Sequence">Number of the next line.</param>
/// <param name="Second">What the rate limit has let through lately.</param>
internal sealed record LogPosition(ReadPosition Reading, long Sequence, LoggedSecond Second)
{
    public static LogPosition Start { get; } = new(ReadPosition.Start, 0, default);
}

/// <summary>How far a container's log has been read.</summary>
/// <param name="File">Which file: the monitor begins a new one when the log has grown large.</param>
/// <param name="Base">How much the log had had before this file, as the monitor counts.</param>
/// <param name="Offset">Everything before it, in the file, is read.</param>
/// <param name="PendingOut">The beginning of a line of stdout whose end has not come.</param>
/// <param name="PendingError">The same of stderr.</param>
internal sealed record ReadPosition(string? File, long Base, long Offset, byte[] PendingOut, byte[] PendingError)
{
    public static ReadPosition Start { get; } = new(null, 0, 0, [], []);
}
