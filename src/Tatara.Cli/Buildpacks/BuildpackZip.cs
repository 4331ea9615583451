using Tatara.Cli.Upload;

namespace Tatara.Cli.Buildpacks;

/// <summary>A buildpack as a zip on this machine, from wherever the user says it is.</summary>
internal sealed class BuildpackZip : IAsyncDisposable
{
    private static readonly TimeSpan DownloadTimeout = TimeSpan.FromMinutes(30);

    private BuildpackZip(FileStream content, string fileName) => (Content, FileName) = (content, fileName);

    public FileStream Content { get; }

    /// <summary>As `cf buildpacks` shows it.</summary>
    public string FileName { get; }

    /// <param name="place">Path of a zip or a directory, or URL of a zip.</param>
    /// <exception cref="CfException">There is nothing there.</exception>
    public static async Task<BuildpackZip> OpenAsync(string place, CancellationToken stop)
    {
        if (IsUrl(place)) return new BuildpackZip(await DownloadAsync(place, stop), Path.GetFileName(new Uri(place).AbsolutePath));
        if (!Directory.Exists(place)) return new BuildpackZip(LocalFile.Try(place, "read", () => File.OpenRead(place)), Path.GetFileName(place));
        if (!Directory.EnumerateFileSystemEntries(place).Any()) throw new CfException($"The specified path '{place}' cannot be an empty directory.");
        using var files = new AppDirectory(place, [], all: true);
        return new BuildpackZip(await AppZip.CreateAsync(files, files.Files, stop), new DirectoryInfo(place).Name + ".zip");
    }

    /// <exception cref="UsageException">It is neither a URL nor here.</exception>
    public static void Check(string place)
    {
        if (!IsUrl(place) && !Path.Exists(place)) throw new UsageException($"The specified path '{place}' does not exist.") { IsFlagError = true };
    }

    public ValueTask DisposeAsync() => Content.DisposeAsync();

    private static bool IsUrl(string place) =>
        Uri.TryCreate(place, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);

    private static async Task<FileStream> DownloadAsync(string url, CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = DownloadTimeout };
        var file = AppZip.Temporary();
        try
        {
            using var response = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, stop);
            if (!response.IsSuccessStatusCode) throw new CfException($"Download attempt failed; server returned {(int)response.StatusCode} {response.ReasonPhrase}");
            await response.Content.CopyToAsync(file, stop);
            return file;
        }
        catch (Exception error)
        {
            await file.DisposeAsync();
            if (error is not (HttpRequestException or IOException)) throw;
            throw new CfException($"The buildpack could not be downloaded: {error.Message}", error);
        }
    }
}
