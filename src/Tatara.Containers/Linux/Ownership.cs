namespace Tatara.Containers.Linux;

/// <summary>Makes files that belong to a user inside the containers.</summary>
internal static class Ownership
{
    public const UnixFileMode Everyone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>May be walked through by everyone, listed by its owner alone.</summary>
    public const UnixFileMode Passage = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static void MakeDirectory(string path, int owner, UnixFileMode mode)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, mode);
        Change(path, owner);
    }

    public static void Write(string path, int owner, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Change(path, owner);
    }

    /// <summary>
    /// Gives a process's standard output and error to a user: programs open /dev/stdout and /dev/stderr by name (nginx, httpd and php-fpm
    /// do), which only the owner of the pipe behind it may.
    /// </summary>
    public static void GiveOutput(int pid, int owner)
    {
        foreach (var descriptor in (string[])["1", "2"])
        {
            var path = $"/proc/{pid}/fd/{descriptor}";
            if (Libc.ChangeOwnerOfTarget(path, (uint)owner, (uint)owner) != 0)
                throw new ContainerException($"{path} could not be given to user {owner}: {Libc.LastError()}");
        }
    }

    private static void Change(string path, int owner)
    {
        if (Libc.ChangeOwner(path, (uint)owner, (uint)owner) != 0)
            throw new ContainerException($"{path} could not be given to user {owner}: {Libc.LastError()}");
    }
}
