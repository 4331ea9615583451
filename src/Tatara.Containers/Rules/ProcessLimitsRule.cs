using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>Limits that hold for each process.</summary>
internal sealed class ProcessLimitsRule : ISpecRule
{
    /// <summary>When the whole machine is out of memory, apps go before what runs them.</summary>
    private const int OomScore = 200;

    public void Apply(OciSpec spec, SpecContext context)
    {
        var files = context.Container.Limits.OpenFiles;
        spec.Process.Rlimits.Add(new OciRlimit("RLIMIT_NOFILE", files, files));
        spec.Process.Rlimits.Add(new OciRlimit("RLIMIT_CORE", 0, 0));
        spec.Process.OomScoreAdj = OomScore;
    }
}
