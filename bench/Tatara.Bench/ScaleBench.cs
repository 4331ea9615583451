using System.Diagnostics;
using Tatara.Testing;

namespace Tatara.Bench;

/// <summary>`cf scale -i 5` until five instances answer, and what a container's start costs over bare runc.</summary>
internal static class ScaleBench
{
    private const int Rounds = 5;
    private const int Instances = 5;

    public static async Task RunAsync(Report report)
    {
        await using var platform = await Platform.StartAsync("bench", 9);
        using var cf = await Cf.LoggedInAsync(platform, "bench");
        using var http = platform.CreateClient();
        (await cf.RunAsync("push", "page", "-p", Path.Combine(Platform.Root, "samples", "binary"), "-b", "binary_buildpack", "-m", "32M", "-k", "32M")).Succeeded();
        (await cf.RunAsync("push", "static", "-p", Path.Combine(Platform.Root, "samples", "static"), "-m", "64M", "-k", "64M")).Succeeded();
        var samples = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            (await cf.RunAsync("scale", "page", "-i", $"{Instances}")).Succeeded();
            var answered = new HashSet<string>();
            while (answered.Count < Instances)
            {
                using var response = await http.GetAsync(platform.AppUrl("page", "/guid"));
                if (response.IsSuccessStatusCode) answered.Add(await response.Content.ReadAsStringAsync());
            }
            samples.Add(watch.Elapsed.TotalSeconds);
            (await cf.RunAsync("scale", "page", "-i", "1")).Succeeded();
            await Task.Delay(TimeSpan.FromSeconds(2));
        }
        report.Add("scale_1_to_5_s", samples);
        await ContainerStart.MeasureAsync(report);
    }
}
