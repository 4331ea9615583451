namespace Tatara.Containers.Networks;

/// <summary>What `ip -batch` is told. Each end knows the other alone; there is no bridge between containers.</summary>
internal static class NetworkCommands
{
    /// <summary>On the machine: the namespace and a cable into it.</summary>
    /// <param name="mtu">Size of the largest packet.</param>
    // addrgenmode none: no IPv6 link-local address, by which a container could reach what listens on [::].
    public static string Make(Slot slot, int mtu) =>
        $"""
        netns add {slot.Namespace}
        link add {slot.Interface} mtu {mtu} type veth peer name eth0 mtu {mtu} netns {slot.Namespace}
        link set dev {slot.Interface} addrgenmode none
        addr add {slot.Gateway}/{Slot.PrefixLength} dev {slot.Interface}
        link set dev {slot.Interface} up

        """;

    /// <summary>Inside the namespace.</summary>
    public static string Inside(Slot slot) =>
        $"""
        link set dev lo up
        link set dev eth0 addrgenmode none
        addr add {slot.Container}/{Slot.PrefixLength} dev eth0
        link set dev eth0 up
        route add default via {slot.Gateway}

        """;

    // On the loopback interface, so that it needs no driver; to the machine itself it is an address like any other.
    public static IReadOnlyList<string> AddHostAddress(string address) => ["ip", "address", "replace", $"{address}/32", "dev", "lo"];

    public static IReadOnlyList<string> RemoveHostAddress(string address) => ["ip", "address", "delete", $"{address}/32", "dev", "lo"];
}
