using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>Limits that hold for all its processes together. Swap would only hide a limit that is too small: there is none.</summary>
internal sealed class CgroupRule : ISpecRule
{
    public void Apply(OciSpec spec, SpecContext context)
    {
        var limits = context.Container.Limits;
        spec.Linux.CgroupsPath = context.CgroupPath;
        spec.Linux.Resources.Memory = new OciMemory(limits.MemoryBytes, context.SwapAccounting ? limits.MemoryBytes : null);
        spec.Linux.Resources.Cpu = new OciCpu(limits.CpuShares);
        spec.Linux.Resources.Pids = new OciPids(limits.Pids);
    }
}
