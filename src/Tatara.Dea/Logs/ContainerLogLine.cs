namespace Tatara.Dea.Logs;

/// <summary>A line a container wrote, or a piece of one that is too long.</summary>
/// <param name="Timestamp">Unix nanoseconds.</param>
internal readonly record struct ContainerLogLine(long Timestamp, bool IsError, byte[] Text);
