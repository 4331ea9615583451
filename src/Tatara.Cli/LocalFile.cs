namespace Tatara.Cli;

/// <summary>Files of the user, with failures as sentences.</summary>
internal static class LocalFile
{
    public static byte[] Read(string path) => Try(path, "read", () => File.ReadAllBytes(path));

    public static string ReadText(string path) => Try(path, "read", () => File.ReadAllText(path));

    public static void Write(string path, byte[] bytes) => Try(path, "written", () =>
    {
        File.WriteAllBytes(path, bytes);
        return true;
    });

    /// <exception cref="CfException">The file system refuses.</exception>
    public static T Try<T>(string path, string what, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CfException($"The file '{path}' does not exist.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CfException($"The file '{path}' cannot be {what}: {error.Message}", error);
        }
    }
}
