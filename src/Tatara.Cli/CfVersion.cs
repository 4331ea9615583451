using System.Reflection;

namespace Tatara.Cli;

internal static class CfVersion
{
    /// <summary>As in "8.0.0+tatara.0.1.0": scripts that look for a v8 CLI find one.</summary>
    public static string Text { get; } = $"8.0.0+tatara.{Assembly.GetExecutingAssembly().GetName().Version!.ToString(3)}";
}
