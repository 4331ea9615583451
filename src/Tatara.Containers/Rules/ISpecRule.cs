using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>Decides one piece of a container's OCI specification.</summary>
internal interface ISpecRule
{
    void Apply(OciSpec spec, SpecContext context);
}

/// <summary>What the rules decide from.</summary>
/// <param name="Root">Directory that becomes the container's root, mounted already.</param>
/// <param name="NetworkNamespace">File of the network namespace made for it.</param>
/// <param name="CgroupPath">Its cgroup, from the root of each hierarchy.</param>
/// <param name="Init">Program of the machine that becomes the container's first process.</param>
/// <param name="SwapAccounting">Whether the kernel can limit swap.</param>
internal sealed record SpecContext(
    ContainerSpec Container, string Root, string NetworkNamespace, string CgroupPath, int UserIdBase, string Init, bool SwapAccounting);
