namespace Tatara.Configuration;

/// <summary>The clone this program was built from: it holds the buildpacks, the stacks' recipes and the samples.</summary>
internal static class Repository
{
    /// <summary>Set by the entry script.</summary>
    private const string Variable = "TATARA_ROOT";

    public static string Root { get; } = Find();
    public static string Buildpacks => Path.Combine(Root, "buildpacks");
    public static string StackRecipe => Path.Combine(Root, "stacks", "bookworm", "build");
    public static string Sample(string name) => Path.Combine(Root, "samples", name);
    public static string Cf => Path.Combine(Root, "build", "cf", "cf");

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return given;
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "Tatara.slnx"))) return directory.FullName;
        throw new SetupException("The clone this program belongs to is not found.", $"Start it by ./tatara, or set {Variable}.");
    }
}
