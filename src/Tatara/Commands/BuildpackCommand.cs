using System.CommandLine;
using Tatara.Buildpacks;
using Tatara.Configuration;
using Tatara.Setup;

namespace Tatara.Commands;

/// <summary>`tatara buildpack package`: makes the built-in buildpacks' zips, runtimes included.</summary>
internal static class BuildpackCommand
{
    public static Command Create()
    {
        var target = new Option<string>("--buildpacks") { Description = "folder the zips go to", DefaultValueFactory = _ => new PlatformOptions().Buildpacks };
        var names = new Argument<string[]>("name") { Description = "which (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var package = new Command("package", "Package the built-in buildpacks with their runtimes, so that staging needs no network.") { names, target };
        package.SetAction(async (result, cancellationToken) =>
        {
            var progress = new Progress(Console.Out, !Console.IsOutputRedirected);
            var wanted = result.GetValue(names) is { Length: > 0 } some ? some : BuildpackPackager.DetectionOrder;
            await PackageAsync(progress, wanted, result.GetRequiredValue(target), cancellationToken);
            return 0;
        });
        return new Command("buildpack", "Work on the built-in buildpacks.") { package };
    }

    public static async Task PackageAsync(Progress progress, IEnumerable<string> names, string target, CancellationToken cancellationToken)
    {
        var packager = new BuildpackPackager(Repository.Buildpacks, target);
        foreach (var name in names)
        {
            if (!BuildpackPackager.DetectionOrder.Contains(name))
                throw new SetupException($"There is no buildpack '{name}'.", $"There are: {string.Join(", ", BuildpackPackager.DetectionOrder)}.");
            await progress.StepAsync($"Buildpack {name}", async () =>
                await packager.PackageAsync(name, cancellationToken) ? "packaged" : "already there");
        }
    }
}
