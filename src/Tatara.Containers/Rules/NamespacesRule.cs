using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>Its own processes, mounts, host name, IPC and view of cgroups; the network namespace is made beforehand.</summary>
internal sealed class NamespacesRule : ISpecRule
{
    public void Apply(OciSpec spec, SpecContext context)
    {
        foreach (var type in (string[])["pid", "mount", "uts", "ipc", "cgroup"]) spec.Linux.Namespaces.Add(new OciNamespace(type));
        spec.Linux.Namespaces.Add(new OciNamespace("network", context.NetworkNamespace));
        spec.Hostname = context.Container.Handle.Length <= MaxHostname ? context.Container.Handle : context.Container.Handle[..MaxHostname];
    }

    private const int MaxHostname = 63;
}
