namespace Tatara.HealthManager.Analysis;

/// <summary>What happened to one index of a process in one version.</summary>
/// <param name="StartDue">Should nothing run there, it may be started from then on.</param>
/// <param name="Crashes">In a row, without five healthy minutes between.</param>
internal readonly record struct IndexHistory(DateTimeOffset StartDue, int Crashes, DateTimeOffset LastCrash);
