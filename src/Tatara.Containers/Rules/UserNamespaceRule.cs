using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>Nobody inside, root included, is anybody on the machine.</summary>
internal sealed class UserNamespaceRule : ISpecRule
{
    public const int Size = 65536;

    public void Apply(OciSpec spec, SpecContext context)
    {
        spec.Linux.Namespaces.Add(new OciNamespace("user"));
        var mapping = new OciIdMapping(0, context.UserIdBase, Size);
        spec.Linux.UidMappings.Add(mapping);
        spec.Linux.GidMappings.Add(mapping);
    }
}
