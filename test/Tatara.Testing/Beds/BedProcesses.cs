using System.Runtime.InteropServices;

namespace Tatara.Testing.Beds;

/// <summary>Processes of a bed's host, as the kernel knows them.</summary>
internal static partial class BedProcesses
{
    public const int Hangup = 1, Kill = 9, Terminate = 15, Continue = 18, Stop = 19;

    /// <summary>
    /// As when the power fails: nothing gets a word out any more. Containers live in networks of their own; they are children of their
    /// monitors, which do not.
    /// </summary>
    public static async Task EndAllAsync(string networkNamespace)
    {
        for (var pids = await AllAsync(networkNamespace); pids.Count > 0; pids = await AllAsync(networkNamespace))
        {
            foreach (var pid in pids) Signal(pid, Kill);
            await Task.Delay(10);
        }
    }

    /// <summary>Those in containers, too.</summary>
    public static async Task<List<int>> AllAsync(string networkNamespace)
    {
        var pids = await ListAsync(networkNamespace);
        return [.. pids.Concat(pids.SelectMany(Descendants)).Distinct()];
    }

    public static void Signal(int pid, int signal) => _ = SendSignal(pid, signal);

    private static async Task<List<int>> ListAsync(string networkNamespace) =>
        [.. (await Shell.RunAsync("ip", "netns", "pids", networkNamespace)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    private static IEnumerable<int> Descendants(int pid)
    {
        List<int> children;
        try
        {
            children = [.. File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        }
        catch (IOException)
        {
            return [];
        }
        return children.Concat(children.SelectMany(Descendants));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
