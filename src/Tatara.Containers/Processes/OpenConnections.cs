using System.Globalization;

namespace Tatara.Containers.Processes;

/// <summary>Reads the kernel's table of TCP connections in the network namespace of a process.</summary>
internal static class OpenConnections
{
    private const string Established = "01";

    // As the table shows them, in the machine's byte order: 127.x.x.x ends with 7F on a little-endian machine.
    private const string LoopbackEnd = "7F";
    private const string LoopbackV6 = "00000000000000000000000001000000";
    private const int LengthV4 = 8;

    /// <summary>Connections to a local port that come from another address than loopback.</summary>
    public static int Count(int? pid, int port) =>
        pid is { } its ? Lines($"/proc/{its}/net/tcp").Concat(Lines($"/proc/{its}/net/tcp6")).Count(line => IsOpen(line, port)) : 0;

    // sl local_address rem_address st ...: "0: 0202FD0A:1F90 01FF FD0A:D431 01"
    internal static bool IsOpen(string line, int port)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 4 || fields[3] != Established) return false;
        var (local, remote) = (fields[1].Split(':'), fields[2].Split(':'));
        if (local.Length != 2 || remote.Length != 2) return false;
        return local[1] == port.ToString("X4", CultureInfo.InvariantCulture) && !IsLoopback(remote[0]);
    }

    // An IPv4 address within IPv6 is in the last eight digits.
    private static bool IsLoopback(string address) =>
        address == LoopbackV6 || (address.Length >= LengthV4 && address[^LengthV4..].EndsWith(LoopbackEnd, StringComparison.Ordinal));

    private static IEnumerable<string> Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path).Skip(1);
        }
        catch (IOException)
        {
            return []; // The process has ended.
        }
    }
}
