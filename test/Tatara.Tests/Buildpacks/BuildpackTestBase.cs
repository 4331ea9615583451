using System.Diagnostics;
using Tatara.Configuration;

namespace Tatara.Tests.Buildpacks;

/// <summary>A packaged buildpack without its runtimes, and an app's folder: what needs no container runs here.</summary>
public abstract class BuildpackTestBase : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-buildpack-").FullName;
    private readonly string _language;

    protected BuildpackTestBase(string language)
    {
        _language = language;
        foreach (var source in new[] { language, "lib" })
        {
            var folder = Path.Combine(Repository.Buildpacks, source);
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                Copy(file, Path.Combine(Packaged, source == "lib" ? "lib" : "", Path.GetRelativePath(folder, file)));
        }
        Directory.CreateDirectory(App);
        Dependencies();
    }

    /// <summary>The app's folder.</summary>
    protected string App => Path.Combine(_directory, "app");

    private string Packaged => Path.Combine(_directory, _language);

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Which runtimes the buildpack lists: "node 24.1.0".</summary>
    protected void Dependencies(params string[] runtimes) => File.WriteAllLines(Path.Combine(Packaged, "dependencies.tsv"),
        runtimes.Select(runtime => runtime.Replace(' ', '\t') + "\tbookworm\tx\tf"));

    /// <summary>Writes a file of the app.</summary>
    protected void AppFile(string name, string content)
    {
        var file = Path.Combine(App, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    /// <summary>Runs bin/SCRIPT on the app, with a place for all that it makes.</summary>
    protected (int ExitCode, string Output) Bin(string script) => Execute(Path.Combine(Packaged, "bin", script),
        App, Path.Combine(_directory, "cache"), Path.Combine(_directory, "deps"), "0", Path.Combine(_directory, "profile"));

    /// <summary>Runs a piece of shell with the buildpack's libraries loaded, in the app's folder.</summary>
    protected (int ExitCode, string Output) Run(string script, params string[] libraries)
    {
        var load = string.Join('\n', libraries.Prepend("buildpack").Select(library => $". '{Packaged}/lib/{library}.sh'"));
        return Execute("bash", "-c", $"{load}\ncd '{App}'\n{script}");
    }

    private static (int ExitCode, string Output) Execute(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static void Copy(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(source, target);
    }
}
