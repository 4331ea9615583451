using System.Globalization;
using Tatara.Buildpacks;
using Tatara.Configuration;
using Tatara.Setup;
using Tatara.Tls;

namespace Tatara.Up;

/// <summary>What has to be made once on a machine before a platform can run: stack, buildpacks, certificates.</summary>
internal static class Preparation
{
    /// <summary>Makes what is missing, with progress; says nothing when all is there.</summary>
    public static async Task EnsureAsync(PlatformOptions options, CancellationToken cancellationToken)
    {
        var packager = new BuildpackPackager(Repository.Buildpacks, options.Buildpacks);
        if (Directory.Exists(options.StackDirectory) && Directory.Exists(options.ToolchainDirectory) && packager.DetectionOrder.All(packager.IsCurrent)) return;
        await RunAsync(new Progress(Console.Out, !Console.IsOutputRedirected), options, cancellationToken);
    }

    /// <summary>Every step with its time; those that are done already say so.</summary>
    public static async Task RunAsync(Progress progress, PlatformOptions options, CancellationToken cancellationToken)
    {
        await progress.StepAsync("Root filesystem of the stack bookworm", async () =>
        {
            var before = StackState(options);
            await Tool.RunAsync(Repository.StackRecipe, [options.StackDirectory, PlatformOptions.UserIdBase.ToString(CultureInfo.InvariantCulture)], cancellationToken: cancellationToken);
            return before == StackState(options) ? "already there" : "made";
        });
        var packager = new BuildpackPackager(Repository.Buildpacks, options.Buildpacks);
        foreach (var name in packager.DetectionOrder)
        {
            await progress.StepAsync($"Buildpack {name}", async () =>
                await packager.PackageAsync(name, cancellationToken) ? "packaged" : "already there");
        }
        await progress.StepAsync("Certificates", () =>
        {
            var made = new CertificateAuthority(options.TlsDirectory, options.Domain, TimeProvider.System).Ensure();
            return Task.FromResult<string?>(made ? $"made for *.{options.Domain}" : "already there");
        });
    }

    private static DateTime StackState(PlatformOptions options) =>
        Directory.Exists(options.StackDirectory) ? new DirectoryInfo(options.StackDirectory).CreationTimeUtc : default;
}
