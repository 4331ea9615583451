namespace Tatara.HealthManager;

/// <summary>What should run and what does, in numbers.</summary>
internal readonly record struct Census(int Desired, int Actual, int Missing, int Extra);
