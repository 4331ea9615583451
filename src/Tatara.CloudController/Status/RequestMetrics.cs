using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Tatara.Status;

namespace Tatara.CloudController.Status;

/// <summary>Counts requests by the class of their status, and how long they took.</summary>
internal sealed class RequestMetrics
{
    /// <summary>What they are called, in their order. The first stands for clients that left before there was an answer.</summary>
    private static readonly string[] s_classes = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];

    private readonly long[] _counts = new long[s_classes.Length];

    /// <summary>From what a small answer takes to what a large upload does.</summary>
    private readonly DurationHistogram _durations = new(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300);

    public async Task CountAsync(HttpContext http, RequestDelegate next)
    {
        var begin = Stopwatch.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            var status = http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted ? 0 : http.Response.StatusCode / 100;
            Interlocked.Increment(ref _counts[status is > 0 and < 6 ? status : 0]);
            _durations.Count(Stopwatch.GetElapsedTime(begin));
        }
    }

    public void Write(MetricPage page)
    {
        page.Family("tatara_cloud_controller_requests_total", MetricPage.Counter, "Requests that have ended, by the class of their status.");
        for (var i = 0; i < s_classes.Length; i++) page.Sample("tatara_cloud_controller_requests_total", Interlocked.Read(ref _counts[i]), ("status", s_classes[i]));
        page.Durations("tatara_cloud_controller_request_duration_seconds", "From a request's head to the last byte of its answer, uploads included.", _durations);
    }
}
