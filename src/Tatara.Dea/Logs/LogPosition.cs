namespace Tatara.Dea.Logs;

/// <summary>How far a container's log has been delivered, as it stands on disk.</summary>
/// <param name="File">Which file: the monitor begins a new one when the log has grown large.</param>
/// <param name="Offset">Everything before it is read.</param>
/// <param name="Sequence">Number of the next line.</param>
/// <param name="PendingOut">The beginning of a line of stdout whose end has not come.</param>
/// <param name="PendingError">The same of stderr.</param>
internal sealed record LogPosition(string? File, long Offset, long Sequence, byte[] PendingOut, byte[] PendingError)
{
    public static LogPosition Start { get; } = new(null, 0, 0, [], []);
}
