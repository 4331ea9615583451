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
        (await cf.RunAsync("push", "page", "-p", Path.Combine(Platform.Root, "samples", "static"), "-m", "64M", "-k", "64M")).Succeeded();
        var guid = (await cf.RunAsync("app", "page", "--guid")).Succeeded().Trim();
        var samples = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            (await cf.RunAsync("scale", "page", "-i", $"{Instances}")).Succeeded();
            for (var index = 0; index < Instances;)
                if (await AppInstance.AnswersAsync(http, platform, "page", guid, index)) index++;
            samples.Add(watch.Elapsed.TotalSeconds);
            (await cf.RunAsync("scale", "page", "-i", "1")).Succeeded();
            await Task.Delay(TimeSpan.FromSeconds(2));
        }
        report.Add("scale_1_to_5_s", samples);
        await ContainerStart.MeasureAsync(report);
    }
}
