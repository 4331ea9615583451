using Tatara.LogCache.Ingress;
using Tatara.LogCache.Store;
using Tatara.Status;

namespace Tatara.LogCache.Status;

/// <summary>How this log-cache is.</summary>
internal sealed class LogCacheStatus(IngressCounters counters, EnvelopeStore store) : IRoleStatus
{
    public Task<string?> FindProblemAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public Task CollectAsync(MetricPage page, CancellationToken cancellationToken)
    {
        page.Number("tatara_log_cache_lines_total", MetricPage.Counter, "Lines that arrived.", counters.Lines);
        page.Number("tatara_log_cache_bytes_total", MetricPage.Counter, "Bytes of these lines.", counters.Bytes);
        page.Number("tatara_log_cache_dropped_lines_total", MetricPage.Counter, "Lines that were no use: unreadable, or of no source.", counters.Dropped);
        page.Number("tatara_log_cache_unstored_batches_total", MetricPage.Counter, "Batches that could not be stored; their senders try again.", counters.Unstored);
        page.Number("tatara_log_cache_sources", MetricPage.Gauge, "Apps and components with lines.", store.SourceCount);
        page.Number("tatara_log_cache_memory_bytes", MetricPage.Gauge, "Lines in memory.", store.MemoryBytes);
        page.Number("tatara_log_cache_disk_bytes", MetricPage.Gauge, "Lines on disk.", store.DiskBytes);
        return Task.CompletedTask;
    }
}
