using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>None, and no way to get any back: apps run as an ordinary user.</summary>
internal sealed class CapabilitiesRule : ISpecRule
{
    public void Apply(OciSpec spec, SpecContext context)
    {
        spec.Process.Capabilities = new OciCapabilities([], [], [], [], []);
        spec.Process.NoNewPrivileges = true;
    }
}
