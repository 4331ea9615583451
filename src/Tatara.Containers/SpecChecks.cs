using System.Text.RegularExpressions;

namespace Tatara.Containers;

/// <summary>What is refused before anything is made.</summary>
internal static partial class SpecChecks
{
    /// <summary>Of one variable, as the kernel has it for exec.</summary>
    private const int VariableLimit = 128 << 10;

    private const long SmallestMemory = 4L << 20;

    public static void Check(ContainerSpec spec)
    {
        Require(HandlePattern().IsMatch(spec.Handle), $"\"{Shorten(spec.Handle)}\" is no handle: letters, digits, dot, dash and underscore, at most 64, a letter or digit first");
        Require(spec.Command.Count > 0 && spec.Command[0].Length > 0, $"container {spec.Handle} has no command");
        Require(!spec.Command.Any(HasNull), $"container {spec.Handle}: a zero byte in its command");
        foreach (var variable in spec.Environment)
        {
            Require(variable.IndexOf('=', StringComparison.Ordinal) > 0 && !HasNull(variable), $"container {spec.Handle}: \"{Shorten(variable)}\" is not K=V");
            Require(variable.Length < VariableLimit, $"container {spec.Handle}: variable {Shorten(variable)} is longer than {VariableLimit} characters");
        }
        foreach (var path in spec.Binds.Select(bind => bind.Target).Append(spec.WorkingDirectory))
            Require(path.StartsWith('/') && !path.Split('/').Contains("..") && !HasNull(path), $"container {spec.Handle}: \"{Shorten(path)}\" is not an absolute path");
        Require(spec.UserId is >= 0 and < Rules.UserNamespaceRule.Size, $"container {spec.Handle}: user {spec.UserId} is not in the container's range");
        foreach (var port in spec.Ports)
            Require(port is { HostPort: > 0 and <= 65535, ContainerPort: > 0 and <= 65535 }, $"container {spec.Handle}: {port.HostPort} to {port.ContainerPort} are not ports");
        CheckLimits(spec);
    }

    private static void CheckLimits(ContainerSpec spec)
    {
        var limits = spec.Limits;
        Require(limits.MemoryBytes >= SmallestMemory, $"container {spec.Handle}: {limits.MemoryBytes} bytes of memory are less than {SmallestMemory}");
        Require(limits.DiskBytes > 0, $"container {spec.Handle}: {limits.DiskBytes} bytes of disk");
        Require(limits.CpuShares is >= 2 and <= 262144, $"container {spec.Handle}: {limits.CpuShares} CPU shares are not from 2 to 262144");
        Require(limits.Pids > 0, $"container {spec.Handle}: {limits.Pids} processes");
        Require(limits.OpenFiles > 0, $"container {spec.Handle}: {limits.OpenFiles} open files");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new ContainerException(message);
    }

    private static bool HasNull(string text) => text.Contains('\0', StringComparison.Ordinal);

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\z")]
    private static partial Regex HandlePattern();
}
