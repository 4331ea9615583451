namespace Tatara.Dea;

/// <summary>The shell scripts that run inside containers are files of their own in the source and resources of the program.</summary>
internal static class EmbeddedScript
{
    public static string Read(string name)
    {
        using var stream = typeof(EmbeddedScript).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The program lacks its script {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
