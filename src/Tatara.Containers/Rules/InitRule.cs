using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>
/// The first process of a process namespace ignores signals it has no handler for and inherits every orphan.
/// A small init takes that place, so that SIGTERM ends any program and no zombies pile up.
/// </summary>
internal sealed class InitRule : ISpecRule
{
    public const string PathInside = "/dev/init";

    public void Apply(OciSpec spec, SpecContext context)
    {
        spec.Mounts.Add(new OciMount(PathInside, "bind", context.Init, ["bind", "ro", "nosuid", "nodev"]));
        spec.Process.Args = [PathInside, "--", .. context.Container.Command];
    }
}
