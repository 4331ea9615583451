using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>What the kernel tells or takes in /proc that is none of an app's business.</summary>
internal sealed class HiddenPathsRule : ISpecRule
{
    private static readonly string[] Masked =
    [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/key-users", "/proc/latency_stats", "/proc/interrupts", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/proc/kallsyms", "/proc/modules",
        // Names and traffic of the machine's disks, those of other containers among them.
        "/proc/diskstats", "/proc/partitions", "/proc/mdstat", "/proc/swaps",
    ];

    private static readonly string[] Readonly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    public void Apply(OciSpec spec, SpecContext context)
    {
        spec.Linux.MaskedPaths.AddRange(Masked);
        spec.Linux.ReadonlyPaths.AddRange(Readonly);
        spec.Linux.ReadonlyPaths.Add("/sys");
    }
}
