namespace Tatara.Dea.Instances;

/// <summary>
/// What of this machine's processors an instance may count on when all want them: the same part as it has of the memory, for its
/// weight is its memory. An instance may use more while others leave it.
/// </summary>
internal sealed class Entitlement(DeaOptions options)
{
    /// <summary>How much of its entitlement it uses: 1 is all of it, more is what others left.</summary>
    /// <param name="cores">Processor time it uses.</param>
    public double Share(double cores, long memoryMb) => cores / (Environment.ProcessorCount * Math.Min(1, (double)memoryMb / options.MemoryMb));
}
