using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>No device but the harmless ones that the runtime adds by itself: null, zero, full, random, urandom, tty, pseudo terminals.</summary>
internal sealed class DevicesRule : ISpecRule
{
    public void Apply(OciSpec spec, SpecContext context) => spec.Linux.Resources.Devices = [new OciDeviceRule(Allow: false, Access: "rwm")];
}
