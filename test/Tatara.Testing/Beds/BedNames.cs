namespace Tatara.Testing.Beds;

/// <summary>The names of a bed's platform in this machine's hosts file, so that `cf` finds it.</summary>
internal sealed class BedNames(string domain)
{
    private const string File = "/etc/hosts";
    private static readonly string[] s_hosts = ["api", "login", "uaa", "log-cache"];

    private string Mark => $" # bed {domain}";

    public void Write(string router) => Replace([$"{router} {string.Join(' ', s_hosts.Select(host => $"{host}.{domain}"))}{Mark}"]);

    public void Remove() => Replace([]);

    private void Replace(string[] lines)
    {
        var others = System.IO.File.ReadAllLines(File).Where(line => !line.EndsWith(Mark, StringComparison.Ordinal));
        var unfinished = File + ".tatara-bed";
        System.IO.File.WriteAllLines(unfinished, others.Concat(lines));
        System.IO.File.SetUnixFileMode(unfinished, System.IO.File.GetUnixFileMode(File));
        System.IO.File.Move(unfinished, File, overwrite: true);
    }
}
