using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>Who runs, where, with which environment.</summary>
internal sealed class ProcessRule : ISpecRule
{
    public void Apply(OciSpec spec, SpecContext context)
    {
        var container = context.Container;
        spec.Process.User = new OciUser(container.UserId, container.UserId);
        spec.Process.Cwd = container.WorkingDirectory;
        spec.Process.Env = container.Environment;
    }
}
