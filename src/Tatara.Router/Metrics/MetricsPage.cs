using System.Globalization;
using Tatara.MessageBus;
using Tatara.Router.Registry;
using Tatara.Router.Tcp;
using Tatara.Status;

namespace Tatara.Router.Metrics;

/// <summary>The router's own numbers.</summary>
internal sealed class MetricsPage(RouterMetrics metrics, RouteRegistry registry, TcpCounters tcp, NatsConnection bus)
{
    private const string Counter = MetricPage.Counter;
    private const string Gauge = MetricPage.Gauge;

    public void WriteTo(MetricPage page)
    {
        var table = registry.Table;
        metrics.Forget(table);
        WriteRequests(page);
        WriteByName(page, table);
        WriteTable(page, table);
        WriteTcp(page);
    }

    private void WriteRequests(MetricPage page)
    {
        page.Family("tatara_router_requests_total", Counter, "Requests that have ended, by the class of their status.");
        WriteStatuses(page, "tatara_router_requests_total", metrics.Requests);
        page.Family("tatara_router_errors_total", Counter, "Requests that the router refused or failed to pass on, by the code in X-Cf-RouterError.");
        foreach (var (code, count) in metrics.Errors) page.Sample("tatara_router_errors_total", count, ("error", code));
        const string Name = "tatara_router_request_duration_seconds";
        page.Family(Name, "histogram", "From a request's head to the last byte of its answer.");
        var cumulated = metrics.Latency.Cumulated().ToList();
        for (var i = 0; i < LatencyHistogram.Bounds.Length; i++)
            page.Sample(Name + "_bucket", cumulated[i], ("le", LatencyHistogram.Bounds[i].ToString(CultureInfo.InvariantCulture)));
        page.Sample(Name + "_bucket", cumulated[^1], ("le", "+Inf"));
        page.Sample(Name + "_sum", metrics.Latency.SumSeconds);
        page.Sample(Name + "_count", cumulated[^1]);
        page.Number("tatara_router_received_bytes_total", Counter, "Bytes of requests' bodies.", metrics.ReceivedBytes);
        page.Number("tatara_router_sent_bytes_total", Counter, "Bytes of answers' bodies.", metrics.SentBytes);
        page.Number("tatara_router_connections", Gauge, "Clients' connections that are open.", metrics.OpenConnections);
        page.Number("tatara_router_connections_total", Counter, "Clients' connections so far.", metrics.OpenedConnections);
    }

    private void WriteByName(MetricPage page, RouteTable table)
    {
        page.Family("tatara_router_route_requests_total", Counter, $"Requests by route; those beyond {RouterMetrics.MaxNamed} are counted as other.");
        foreach (var route in table.Routes)
            if (route.Counters is { } counters) WriteStatuses(page, "tatara_router_route_requests_total", counters, ("route", route.Key.ToString()));
        WriteStatuses(page, "tatara_router_route_requests_total", metrics.OtherRoutes, ("route", "other"));
        page.Family("tatara_router_app_requests_total", Counter, $"Requests by the app that was asked; those beyond {RouterMetrics.MaxNamed} are counted as other.");
        foreach (var (app, counters) in metrics.Apps) WriteStatuses(page, "tatara_router_app_requests_total", counters, ("app", app));
        WriteStatuses(page, "tatara_router_app_requests_total", metrics.OtherApps, ("app", "other"));
    }

    private void WriteTable(MetricPage page, RouteTable table)
    {
        page.Number("tatara_router_routes", Gauge, "Routes in the table.", table.Count);
        page.Number("tatara_router_endpoints", Gauge, "Instances and components that serve some route.",
            table.Routes.SelectMany(r => r.Members).Select(m => m.Endpoint).Distinct().Count());
        page.Number("tatara_router_bus_connected", Gauge, "Whether registrations can be heard.", bus.IsConnected ? 1 : 0);
    }

    private void WriteTcp(MetricPage page)
    {
        page.Number("tatara_router_tcp_connections", Gauge, "Connections of TCP routes that are open.", tcp.Open);
        page.Number("tatara_router_tcp_connections_total", Counter, "Connections of TCP routes so far.", tcp.Accepted);
        page.Number("tatara_router_tcp_refused_total", Counter, "Connections of TCP routes that were cut because too many were open.", tcp.Refused);
        page.Number("tatara_router_tcp_failed_total", Counter, "Connections of TCP routes for which no instance could be reached.", tcp.Failed);
        page.Number("tatara_router_tcp_bytes_total", Counter, "Bytes relayed by TCP routes.", tcp.Bytes);
    }

    private static void WriteStatuses(MetricPage page, string name, StatusCounters counters, (string Name, string Value)? label = null)
    {
        for (var i = 0; i < StatusCounters.Classes.Length; i++)
        {
            var count = counters.Read(i);
            // A name has but the classes it has seen; the total always has all of them.
            if (label is { } l && count > 0) page.Sample(name, count, l, ("status", StatusCounters.Classes[i]));
            else if (label is null) page.Sample(name, count, ("status", StatusCounters.Classes[i]));
        }
    }
}
