using System.Net;

namespace Tatara.Containers.Networks;

/// <summary>Name servers that a container can reach: not those on the machine's loopback.</summary>
internal static class NameServers
{
    // The second one is where systemd-resolved keeps the real ones behind its stub on 127.0.0.53.
    private static readonly string[] Files = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf", "/run/NetworkManager/no-stub-resolv.conf"];

    public static IReadOnlyList<string> OfMachine() => FirstUsable(Files.Where(File.Exists).Select(File.ReadLines));

    internal static IReadOnlyList<string> FirstUsable(IEnumerable<IEnumerable<string>> files) =>
        files.Select(Parse).FirstOrDefault(servers => servers.Count > 0) ?? [];

    private static List<string> Parse(IEnumerable<string> lines) =>
        [.. lines.Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", _, ..])
            .Select(words => words[1])
            // Containers have IPv4 only.
            .Where(word => IPAddress.TryParse(word, out var address) && address.GetAddressBytes().Length == 4 && !IPAddress.IsLoopback(address))];
}
