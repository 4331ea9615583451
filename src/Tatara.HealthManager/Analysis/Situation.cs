using Tatara.HealthManager.Actual;
using Tatara.HealthManager.Desired;

namespace Tatara.HealthManager.Analysis;

/// <summary>All that counts about one process at one moment.</summary>
/// <param name="Desired">Null: nothing of it should run.</param>
/// <param name="DesiredAsOf">When the knowledge of what is desired was young.</param>
/// <param name="Actual">Every instance that is alive.</param>
/// <param name="History">Of the desired version.</param>
internal readonly record struct Situation(
    DesiredProcess? Desired,
    DateTimeOffset DesiredAsOf,
    IReadOnlyList<ActualInstance> Actual,
    ProcessHistory? History,
    DateTimeOffset Now);
