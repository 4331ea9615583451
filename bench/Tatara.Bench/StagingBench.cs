using System.Diagnostics;
using System.Globalization;
using Tatara.Testing;

namespace Tatara.Bench;

/// <summary>
/// The second push of a Node app with 10,000 files after one has changed, beyond what its buildpack takes; and the upload of
/// 17,000 small files that the platform has never seen, against tar and gzip of the same files.
/// </summary>
internal static class StagingBench
{
    private const int Rounds = 5;
    private const int AppFiles = 10_000, UploadFiles = 17_000;

    public static async Task RunAsync(Report report)
    {
        await using var platform = await Platform.StartAsync("bench", 9);
        using var cf = await Cf.LoggedInAsync(platform, "bench");
        await SecondPushAsync(report, cf);
        await UploadAsync(report, cf);
    }

    private static async Task SecondPushAsync(Report report, Cf cf)
    {
        var hasNode = (await cf.RunAsync("buildpacks")).Succeeded().Contains("nodejs_buildpack", StringComparison.Ordinal);
        string[] push = hasNode
            ? ["-b", "nodejs_buildpack", "-m", "256M"]
            : ["-b", "binary_buildpack", "-m", "256M", "-u", "process", "-c", "sleep infinity"];
        Report.Say($"  an app of {AppFiles} files, staged by {push[1]}");
        using var app = new SmallFiles(AppFiles, seed: 1);
        var (pushes, buildpack, overheads) = (new List<double>(), new List<double>(), new List<double>());
        (await cf.RunAsync(["push", "many", "-p", app.Directory, .. push])).Succeeded();
        for (var round = 0; round < Rounds; round++)
        {
            app.ChangeOne(round);
            var (began, watch) = (DateTimeOffset.UtcNow, Stopwatch.StartNew());
            (await cf.RunAsync(["push", "many", "-p", app.Directory, .. push])).Succeeded();
            pushes.Add(watch.Elapsed.TotalSeconds);
            buildpack.Add(BuildpackSeconds((await cf.RunAsync("logs", "many", "--recent")).Succeeded(), began));
            overheads.Add(pushes[^1] - buildpack[^1]);
        }
        report.Add("second_push_s", pushes);
        report.Add("second_push_buildpack_s", buildpack);
        report.Add("second_push_overhead_s", overheads);
        (await cf.RunAsync("delete", "many", "-f", "-r")).Succeeded();
    }

    /// <summary>
    /// From the buildpack's first line in the staging log to its last: those between "creating container" and "Exit status".
    /// What a buildpack does before its first line and after its last counts as the platform's.
    /// </summary>
    private static double BuildpackSeconds(string log, DateTimeOffset since)
    {
        var lines = log.Split('\n').Where(line => line.Contains("[STG/", StringComparison.Ordinal))
            .Select(line => (Time: TimeOf(line), Text: line)).Where(line => line.Time >= since).ToList();
        var first = lines.FindIndex(line => line.Text.Contains("creating container", StringComparison.Ordinal));
        var last = lines.FindLastIndex(line => line.Text.Contains("Exit status 0", StringComparison.Ordinal));
        return first < 0 || last <= first + 1
            ? throw new InvalidOperationException($"The staging log has no lines of a buildpack:\n{log}")
            : (lines[last - 1].Time - lines[first + 1].Time).TotalSeconds;
    }

    private static DateTimeOffset TimeOf(string line) =>
        DateTimeOffset.Parse(line.TrimStart().Split(' ')[0], CultureInfo.InvariantCulture);

    private static async Task UploadAsync(Report report, Cf cf)
    {
        var (uploads, floors) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            using var app = new SmallFiles(UploadFiles, seed: 100 + round);
            var watch = Stopwatch.StartNew();
            (await cf.RunAsync("push", $"upload{round}", "-p", app.Directory, "--no-start", "--no-route")).Succeeded();
            uploads.Add(watch.Elapsed.TotalSeconds);
            floors.Add(await TarAsync(app.Directory));
            (await cf.RunAsync("delete", $"upload{round}", "-f")).Succeeded();
        }
        report.Add("upload_17k_s", uploads);
        report.Add("tar_gzip_17k_s", floors);
        report.Add("upload_17k_over_tar", [.. uploads.Zip(floors, (upload, floor) => upload / floor)]);
    }

    private static async Task<double> TarAsync(string directory)
    {
        var watch = Stopwatch.StartNew();
        using var process = Process.Start("bash", ["-c", "set -o pipefail; tar -C \"$1\" -c . | gzip >\"$1.tar.gz\"", "tar", directory]);
        await process.WaitForExitAsync();
        var seconds = watch.Elapsed.TotalSeconds;
        File.Delete(directory + ".tar.gz");
        return process.ExitCode == 0 ? seconds : throw new InvalidOperationException($"tar or gzip of {directory} failed.");
    }
}
