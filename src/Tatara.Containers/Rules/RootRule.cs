using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>The overlay of stack, layers and writable disk; writable, because its top layer is the container's own.</summary>
internal sealed class RootRule : ISpecRule
{
    public void Apply(OciSpec spec, SpecContext context) => spec.Root = new OciRoot(context.Root, Readonly: false);
}
