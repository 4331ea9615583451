using YamlDotNet.Core;

namespace Tatara.Dea.Droplets;

/// <summary>staging_info.yml, the droplet's own word on how it starts. An app can write anything into it.</summary>
internal static class StagingInfo
{
    public const string FileName = "staging_info.yml";
    private const int MaxBytes = 64 * 1024;

    /// <summary>The start command within a droplet's home directory, or null.</summary>
    public static string? ReadStartCommand(string home)
    {
        var file = new FileInfo(Path.Combine(home, FileName));
        if (!file.Exists || file.LinkTarget is not null || file.Length > MaxBytes) return null;
        try
        {
            var info = HostileYaml.ReadScalars(File.ReadAllText(file.FullName));
            return info.TryGetValue("start_command", out var command) && command.Length > 0 ? command : null;
        }
        catch (YamlException)
        {
            return null;
        }
    }
}
