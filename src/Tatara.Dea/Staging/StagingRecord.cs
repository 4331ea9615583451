namespace Tatara.Dea.Staging;

/// <summary>A staging under way, as it stands on disk: enough to answer for it when the DEA was killed.</summary>
internal sealed record StagingRecord(string TaskId, string AppId, string? ReplyTo);
