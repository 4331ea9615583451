using Tatara.Containers.Oci;
using Tatara.Containers.Rules;

namespace Tatara.Containers.Tests.Rules;

/// <summary>Applies one rule to an empty specification.</summary>
internal static class RuleTest
{
    public static readonly SpecContext Context = new(
        new ContainerSpec
        {
            Handle = "app-1",
            RootFileSystem = "/stacks/bookworm",
            Command = ["/bin/bash", "-c", "exec app"],
            Environment = ["PORT=8080"],
            Limits = new ContainerLimits(MemoryBytes: 64 << 20, DiskBytes: 1 << 30, CpuShares: 128, Pids: 512, OpenFiles: 16384),
        },
        Root: "/run/tatara/abc/mounts/app-1/root",
        NetworkNamespace: "/run/netns/tatara-abc-1",
        CgroupPath: "/tatara-abc/app-1",
        UserIdBase: 1_000_000,
        Init: "/usr/bin/tini-static",
        SwapAccounting: true);

    public static OciSpec Apply(ISpecRule rule, SpecContext? context = null)
    {
        var spec = new OciSpec();
        rule.Apply(spec, context ?? Context);
        return spec;
    }
}
