using System.CommandLine;
using Tatara.Buildpacks;
using Tatara.Configuration;
using Tatara.Setup;

namespace Tatara.Commands;

/// <summary>`tatara buildpack package|list|add-dependency`: the built-in buildpacks' zips and the runtimes in them.</summary>
internal static class BuildpackCommand
{
    public static Command Create()
    {
        var target = new Option<string>("--buildpacks") { Description = "folder the zips go to", DefaultValueFactory = _ => new PlatformOptions().Buildpacks };
        return new Command("buildpack", "Work on the built-in buildpacks.") { Package(target), List(target), AddDependency(target) };
    }

    private static Command Package(Option<string> target)
    {
        var names = new Argument<string[]>("name") { Description = "which (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("package", "Package the built-in buildpacks with their runtimes, so that staging needs no network.") { names, target };
        command.SetAction(async (result, cancellationToken) =>
        {
            var packager = new BuildpackPackager(Repository.Buildpacks, result.GetRequiredValue(target));
            var progress = new Progress(Console.Out, !Console.IsOutputRedirected);
            foreach (var name in result.GetValue(names) is { Length: > 0 } some ? some : packager.DetectionOrder)
            {
                await progress.StepAsync($"Buildpack {name}", async () =>
                    await packager.PackageAsync(name, cancellationToken) ? "packaged" : "already there");
            }
            return 0;
        });
        return command;
    }

    private static Command List(Option<string> target)
    {
        var command = new Command("list", "List the built-in buildpacks in detection order, with the runtimes in their manifests.") { target };
        command.SetAction(result =>
        {
            var packager = new BuildpackPackager(Repository.Buildpacks, result.GetRequiredValue(target));
            foreach (var name in packager.DetectionOrder)
            {
                var zip = new FileInfo(packager.ZipOf(name));
                var state = !zip.Exists ? "not packaged" : packager.IsCurrent(name) ? $"packaged, {zip.Length / (1024 * 1024)} MB" : "packaged from older sources";
                Console.WriteLine($"{name} ({state})");
                foreach (var dependency in packager.ManifestOf(name).Dependencies)
                {
                    var version = dependency.Version ?? "as in package " + dependency.VersionOf;
                    if (dependency.From is not null) version += " of this machine's .NET";
                    Console.WriteLine($"  {dependency.Name} {version} for {string.Join(", ", dependency.Stacks)}");
                }
            }
            return 0;
        });
        return command;
    }

    private static Command AddDependency(Option<string> target)
    {
        var buildpack = new Argument<string>("buildpack") { Description = "which buildpack" };
        var dependency = new Argument<string>("dependency") { Description = "name of the runtime, like node" };
        var version = new Argument<string>("version") { Description = "its version, like 22.11.0" };
        var uri = new Option<string>("--uri") { Description = "http or https address of the file", Required = true };
        var sha256 = new Option<string>("--sha256") { Description = "its checksum, 64 hex digits", Required = true };
        var stack = new Option<string>("--stack") { Description = "stack it runs on", DefaultValueFactory = _ => "bookworm" };
        var command = new Command("add-dependency", "Add a version of a runtime to a buildpack's manifest, fetch it and package the buildpack again.")
        {
            buildpack, dependency, version, uri, sha256, stack, target,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var packager = new BuildpackPackager(Repository.Buildpacks, result.GetRequiredValue(target));
            var name = result.GetRequiredValue(buildpack);
            var added = new Dependency
            {
                Name = result.GetRequiredValue(dependency),
                Version = result.GetRequiredValue(version),
                Stacks = [result.GetRequiredValue(stack)],
                Uri = result.GetRequiredValue(uri),
                Sha256 = result.GetRequiredValue(sha256).ToLowerInvariant(),
            };
            // Fetched before it is written down: a wrong address or checksum leaves the manifest as it was.
            await packager.FetchAsync(added, cancellationToken);
            BuildpackManifest.Add(packager.ManifestFile(name), added);
            await packager.PackageAsync(name, cancellationToken);
            Console.WriteLine($"{name} has {added.Name} {added.Version} now. A platform that runs takes it over when it is started again.");
            return 0;
        });
        return command;
    }
}
