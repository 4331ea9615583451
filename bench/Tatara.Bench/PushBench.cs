using System.Diagnostics;
using Tatara.Testing;

namespace Tatara.Bench;

/// <summary>Push of a static page by our cf, from the command to its end; staging's own share is read from the app's log.</summary>
internal static class PushBench
{
    private const int Rounds = 5;

    public static async Task RunAsync(Report report)
    {
        await using var platform = await Platform.StartAsync("bench", 9);
        using var cf = await Cf.LoggedInAsync(platform, "bench");
        var first = new List<double>();
        var again = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            first.Add(await PushAsync(cf, $"page{round}"));
            again.Add(await PushAsync(cf, $"page{round}"));
            (await cf.RunAsync("delete", $"page{round}", "-f", "-r")).Succeeded();
        }
        report.Add("static_push_s", first);
        report.Add("static_push_again_s", again);
        report.Add("buildpack_s", [.. await BuildpackAsync()]);
    }

    private static async Task<double> PushAsync(Cf cf, string app)
    {
        var watch = Stopwatch.StartNew();
        (await cf.RunAsync("push", app, "-p", Path.Combine(Platform.Root, "samples", "static"), "-m", "64M", "-k", "64M")).Succeeded();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>The buildpack's scripts alone, on this machine and without a container: the part that is not ours.</summary>
    private static async Task<List<double>> BuildpackAsync()
    {
        var samples = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var work = Directory.CreateTempSubdirectory("tatara-bench-").FullName;
            var script = $"""
                set -e; cd {work}; mkdir -p bp app cache deps/0 profile; cp -r {Platform.Root}/samples/static/. app
                (cd bp && unzip -q /var/lib/tatara/buildpacks/01-staticfile_buildpack.zip)
                s=$(date +%s%N); bp/bin/detect app; bp/bin/supply app cache deps 0; bp/bin/finalize app cache deps 0 profile; bp/bin/release app; e=$(date +%s%N)
                echo "TOOK $((e - s))"
                """;
            using var process = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            samples.Add(double.Parse(output.Split("TOOK ")[1], System.Globalization.CultureInfo.InvariantCulture) / 1e9);
            Directory.Delete(work, recursive: true);
        }
        return samples;
    }
}
