using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>Directories of the machine that the owner of the container wants to be seen.</summary>
internal sealed class BindsRule : ISpecRule
{
    public void Apply(OciSpec spec, SpecContext context)
    {
        foreach (var bind in context.Container.Binds)
            spec.Mounts.Add(new OciMount(bind.Target, "bind", bind.Source, ["bind", bind.ReadOnly ? "ro" : "rw", "nosuid", "nodev"]));
    }
}
