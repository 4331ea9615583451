using System.Diagnostics;

namespace Tatara.Containers.Tests;

/// <summary>The real stack, built by its recipe when it is not there. TATARA_STACK names another place than the usual one.</summary>
internal static class Stack
{
    private static readonly Lazy<string> Built = new(Build);

    public static string Path => Built.Value;

    public static string Repository { get; } = FindRepository();

    private static string Build()
    {
        var target = Environment.GetEnvironmentVariable("TATARA_STACK") ?? "/var/lib/tatara/stacks/bookworm";
        var start = new ProcessStartInfo(System.IO.Path.Combine(Repository, "stacks/bookworm/build"), target) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? target : throw new InvalidOperationException(error);
    }

    private static string FindRepository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(System.IO.Path.Combine(directory.FullName, "Tatara.slnx"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("The tests are not in the repository.");
    }
}
