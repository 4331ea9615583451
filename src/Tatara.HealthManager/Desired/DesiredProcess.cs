namespace Tatara.HealthManager.Desired;

/// <summary>What should run of one process that is started.</summary>
/// <param name="Guid">The bus calls it droplet.</param>
/// <param name="IsStaged">There are bits to run. Without, nothing is started and nothing that runs is stopped.</param>
/// <param name="UpdatedAt">By Cloud Controller's clock: only for telling a change.</param>
/// <param name="IsSettled">It was changed so long ago that Cloud Controller has no start under way of which no heartbeat tells yet.</param>
internal sealed record DesiredProcess(string Guid, string Version, int Instances, bool IsStaged, DateTimeOffset UpdatedAt, bool IsSettled);
