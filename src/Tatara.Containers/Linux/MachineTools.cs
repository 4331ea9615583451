namespace Tatara.Containers.Linux;

/// <summary>The programs of the machine that are used here, by full path.</summary>
internal sealed record MachineTools(string Conmon, string Runc, string Init, string NameServer, string RuncRoot)
{
    private static readonly string[] Directories = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    public static MachineTools Find(string runDirectory) => new(
        Program("conmon", "conmon"), Program("runc", "runc"), Program("tini-static", "tini"), Program("dnsmasq", "dnsmasq-base"), Path.Combine(runDirectory, "runc"));

    private static string Program(string name, string package) =>
        Directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists)
            ?? throw new ContainerException($"{name} is not installed; install the Debian package {package}");
}
