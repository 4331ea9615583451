using Tatara.HealthManager.Analysis;

namespace Tatara.HealthManager;

/// <summary>What a comparison of everything came to.</summary>
/// <param name="SilentDeas">Given up just now.</param>
/// <param name="HasSlept">The process itself stood still, so what it knows is not believed for a while.</param>
internal sealed record Verdict(Orders Orders, IReadOnlyList<string> SilentDeas, bool HasSlept);
