using Tatara.Containers;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>How an instance ended.</summary>
/// <param name="Reason">See <see cref="ExitReasons"/>.</param>
/// <param name="Description">For a person.</param>
internal sealed record InstanceEnd(string Reason, int ExitStatus, string Description)
{
    private const int SignalBase = 128;
    private const int LastSignal = 64;

    /// <summary>When no process ever ran there is no status; Cloud Foundry says -1.</summary>
    public const int NoStatus = -1;

    public static InstanceEnd Crash(ContainerExit exit, long memoryMb) => new(ExitReasons.Crashed, exit.ExitCode, Describe(exit, memoryMb));

    public static InstanceEnd Crash(string description) => new(ExitReasons.Crashed, NoStatus, description);

    public static InstanceEnd Refusal(string description) => new(ExitReasons.Refused, NoStatus, description);

    private static string Describe(ContainerExit exit, long memoryMb) => exit switch
    {
        { OutOfMemory: true } => $"out of memory (limit {memoryMb}M)",
        { ExitCode: > SignalBase and <= SignalBase + LastSignal } => $"killed by signal {exit.ExitCode - SignalBase}",
        _ => $"exited with status {exit.ExitCode}",
    };
}
