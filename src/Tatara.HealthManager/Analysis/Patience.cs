namespace Tatara.HealthManager.Analysis;

/// <summary>How long the analysis waits before it orders again, or takes a side.</summary>
/// <param name="Stop">For an ordered stop to show.</param>
/// <param name="Duplicate">Before one of two instances of an index is stopped, and before the next one is.</param>
internal sealed record Patience(TimeSpan Stop, TimeSpan Duplicate);
