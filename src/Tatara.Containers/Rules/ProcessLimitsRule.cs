using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>Limits that hold for each process.</summary>
internal sealed class ProcessLimitsRule : ISpecRule
{
    /// <summary>When the whole machine is out of memory, apps go before what runs them.</summary>
    private const int OomScore = 200;

    /// <summary>
    /// The kernel adds up waiting signals of all containers as those of the machine's root, whose own stop arriving at some ten thousand:
    /// a single container must not get there. Few programs ever have more than a handful.
    /// </summary>
    private const long WaitingSignals = 1024;

    /// <summary>Added up like waiting signals, up to 800 KB in all. One queue of the default size takes 80 KB.</summary>
    private const long MessageQueueBytes = 100 << 10;

    public void Apply(OciSpec spec, SpecContext context)
    {
        var files = context.Container.Limits.OpenFiles;
        Limit(spec, "RLIMIT_NOFILE", files);
        // A core dump would go to whatever the machine does with its own.
        Limit(spec, "RLIMIT_CORE", 0);
        // Said here, so that they do not depend on who has started the platform.
        Limit(spec, "RLIMIT_SIGPENDING", WaitingSignals);
        Limit(spec, "RLIMIT_MSGQUEUE", MessageQueueBytes);
        Limit(spec, "RLIMIT_RTPRIO", 0);
        Limit(spec, "RLIMIT_NICE", 0);
        spec.Process.OomScoreAdj = OomScore;
    }

    private static void Limit(OciSpec spec, string name, long most) => spec.Process.Rlimits.Add(new OciRlimit(name, most, most));
}
