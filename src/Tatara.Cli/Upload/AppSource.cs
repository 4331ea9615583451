using Tatara.Cli.Manifests;

namespace Tatara.Cli.Upload;

/// <summary>Finds the files of an app: its path is relative to the manifest, and the working directory when it has none.</summary>
internal static class AppSource
{
    /// <param name="manifestPath">Where the app's description came from, if from a file.</param>
    /// <exception cref="CfException">There is nothing there that can be pushed.</exception>
    public static IAppFiles Open(ManifestApp app, string? manifestPath, IEnumerable<string> traceFiles)
    {
        if (app.Has("docker")) throw new CfException($"App '{app.Name}' asks for a docker image, which this program does not push.");
        var path = Environment.CurrentDirectory;
        if (!string.IsNullOrEmpty(app.Path))
        {
            path = Path.GetFullPath(app.Path, manifestPath is null ? path : Path.GetDirectoryName(manifestPath)!);
            app.Path = path;
        }

        if (Directory.Exists(path)) return new AppDirectory(path, traceFiles);
        return File.Exists(path)
            ? new AppArchive(path)
            : throw new CfException($"File not found locally, make sure the file exists at given path {path}");
    }
}
