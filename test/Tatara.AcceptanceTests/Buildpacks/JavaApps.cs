using System.Diagnostics;
using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>The sample's JAR and WAR, built here with javac.</summary>
public sealed class JavaApps : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tatara-java-apps-").FullName;

    public string Jar => Path.Combine(_folder, "app.jar");

    public string War => Path.Combine(_folder, "app.war");

    public Task InitializeAsync() => RunAsync(_folder, Path.Combine(Platform.Root, "samples", "java", "build"), _folder);

    /// <summary>The sample's Maven project, which brings what it needs of Maven Central along: from Debian's packages, so that no test depends on the network.</summary>
    public async Task<string> MavenProjectAsync()
    {
        var project = Path.Combine(_folder, "maven");
        await RunAsync(_folder, "cp", "-r", Path.Combine(Platform.Root, "samples", "java-maven"), project);
        var settings = Path.Combine(project, "settings.xml");
        await File.WriteAllTextAsync(settings, Mirror("/usr/share/maven-repo"));
        await RunAsync(project, "mvn", "-B", "-s", settings, $"-Dmaven.repo.local={Path.Combine(project, "repository")}", "package");
        Directory.Delete(Path.Combine(project, "target"), recursive: true);
        await File.WriteAllTextAsync(settings, Mirror("${user.dir}/repository"));
        return project;
    }

    private static string Mirror(string directory) =>
        $"<settings><mirrors><mirror><id>here</id><mirrorOf>*</mirrorOf><url>file://{directory}</url></mirror></mirrors></settings>";

    private static async Task RunAsync(string directory, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} failed: {string.Concat(output)}");
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }
}
