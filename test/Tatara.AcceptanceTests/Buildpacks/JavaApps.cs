using System.Diagnostics;
using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>The sample's JAR and WAR, built here with javac.</summary>
public sealed class JavaApps : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tatara-java-apps-").FullName;

    public string Jar => Path.Combine(_folder, "app.jar");

    public string War => Path.Combine(_folder, "app.war");

    public async Task InitializeAsync()
    {
        var program = Path.Combine(Platform.Root, "samples", "java", "build");
        using var process = Process.Start(new ProcessStartInfo(program, [_folder]) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} failed: {errors}");
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }
}
