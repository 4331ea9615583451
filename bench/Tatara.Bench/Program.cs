using Tatara.Bench;
using Tatara.Bench.Routing;
using Tatara.Bench.Simulation;

switch (args)
{
    case [RouterProcess.Role, ..]: await RouterProcess.RunAsync(args); return 0;
    case [SimulatedRoles.CloudController, ..]: await SimulatedRoles.RunCloudControllerAsync(args); return 0;
    case [SimulatedRoles.HealthManager, ..]: await SimulatedRoles.RunHealthManagerAsync(args); return 0;
    case [ClusterUp.Command, ..]: return await ClusterUp.RunAsync(args);
    case [EchoingApp.Role, ..]: await EchoingApp.RunAsync(args); return 0;
}
var json = args.Contains("--json");
var name = args.FirstOrDefault(argument => !argument.StartsWith('-'));
var benches = new Dictionary<string, (string What, Func<Report, Task> Run)>(StringComparer.Ordinal)
{
    ["push"] = ("push of a static page, and what of it is the platform's rather than the buildpack's", PushBench.RunAsync),
    ["staging"] = ("second push of a Node app with 10,000 files; upload of 17,000 small files against tar and gzip", StagingBench.RunAsync),
    ["scale"] = ("one to five instances of a static app, all answering; a container's start over bare runc", ScaleBench.RunAsync),
    ["containers"] = ("a start over bare runc; 1 to 50 instances and their end; 250 idle instances: API latency, memory a container", ContainersBench.RunAsync),
    ["recovery"] = ("from an instance's death to the next one's first answer", RecoveryBench.RunAsync),
    ["router"] = ("CPU per request over nginx's and haproxy's; memory of 10,000 connections; how soon a route is live", RouterBench.RunAsync),
    ["router-fuzz"] = ("damaged heads and chunked bodies through the router's parsers, for a minute", FuzzBench.RunAsync),
    ["router-soak"] = ("ten minutes of requests while endpoints come and go; not one may fail", SoakBench.RunAsync),
    ["scale-simulation"] = ("1,000 DEAs with 250 instances each, simulated, before the real Health Manager, Cloud Controller and router", ScaleSimulationBench.RunAsync),
    ["footprint"] = ("a second start until ready; resident memory of everything when idle", FootprintBench.RunAsync),
};
var asksForHelp = args.Any(argument => argument is "--help" or "-h");
if (asksForHelp || name is null || !benches.TryGetValue(name, out var bench))
{
    await Console.Error.WriteLineAsync("usage: ./tatara bench NAME [--json]");
    foreach (var (each, (what, _)) in benches) await Console.Error.WriteLineAsync($"  {each,-16} {what}");
    return asksForHelp ? 0 : 1;
}
var report = new Report(name, json);
await bench.Run(report);
report.Print();
return 0;
