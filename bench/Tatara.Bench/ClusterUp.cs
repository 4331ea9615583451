using System.Diagnostics;
using System.Runtime.InteropServices;
using Tatara.Testing.Beds;

namespace Tatara.Bench;

/// <summary>`./tatara cluster up`: a platform of many hosts on this machine, until Ctrl-C; then nothing of it is left.</summary>
internal static class ClusterUp
{
    public const string Command = "cluster-up";

    private const int UsualNumber = 0, LargestNumber = 255;

    public static async Task<int> RunAsync(string[] args)
    {
        var number = args is [_, "--number", var text] ? int.TryParse(text, out var given) ? given : -1 : UsualNumber;
        if (args.Length is not (1 or 3) || number is < 0 or > LargestNumber)
        {
            await Console.Error.WriteLineAsync("usage: ./tatara cluster up [--number N]\n  Hosts as network namespaces on this machine, at 10.89.N.0/24 (N: 0 to 255, usually 0). Ctrl-C removes them.");
            return args.Contains("--help") ? 0 : 1;
        }
        var ending = new TaskCompletionSource();
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ending.TrySetResult();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        var watch = Stopwatch.StartNew();
        var starting = Bed.StartAsync(number, BedPlan.Full, step => Console.WriteLine($"  {watch.Elapsed.TotalSeconds,5:0.0} s  {step}"));
        await Task.WhenAny(starting, ending.Task);
        await using var bed = await starting;
        if (!ending.Task.IsCompleted) Show(bed, watch.Elapsed);
        await ending.Task;
        Console.WriteLine("Removing the hosts ...");
        return 0;
    }

    private static void Show(Bed bed, TimeSpan took)
    {
        Console.WriteLine($"\nThe platform of many hosts is ready after {took.TotalSeconds:0} s.\n");
        foreach (var host in bed.Hosts) Console.WriteLine($"  {host.Name,-10} {host.Address,-12} {host.Plan.Zone,-5} {string.Join(", ", host.Plan.Roles)}");
        Console.WriteLine($"""

              SSL_CERT_FILE={bed.Platform.AuthorityFile} build/cf/cf login -a {bed.Platform.ApiUrl} -u admin -p {bed.Platform.AdminPassword}
              curl --cacert {bed.Platform.AuthorityFile} --resolve APP.{bed.Domain}:443:{bed.Platform.RouterAddress} https://APP.{bed.Domain}
              ip netns exec tatara-bed… sh            a host from inside; `ip netns` lists them
              kill -9 a process, or pull a cable:     ip link set tb…-31 down

            Logs: {Path.GetDirectoryName(bed.Founder.Directory)}/HOST/data/log. Ctrl-C removes everything.
            """);
    }
}
