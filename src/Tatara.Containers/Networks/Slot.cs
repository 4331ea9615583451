using System.Buffers.Binary;
using System.Net;

namespace Tatara.Containers.Networks;

/// <summary>One container's place in the network: four addresses, two interfaces and a namespace, all named after its number.</summary>
internal sealed record Slot(int Number, string Id, IPNetwork Subnet)
{
    public const int Addresses = 4;
    public const int PrefixLength = 30;

    /// <summary>The machine's end, and the container's way out.</summary>
    public string Gateway => Address(1);

    /// <summary>The container's end.</summary>
    public string Container => Address(2);

    /// <summary>At most 15 characters, the kernel's limit.</summary>
    public string Interface => $"{InterfacePrefix(Id)}{Number:x}";

    public string Namespace => $"{NamespacePrefix(Id)}{Number:x}";

    public string NamespacePath => Path.Combine("/run/netns", Namespace);

    /// <summary>Of every container on the machine, whichever runtime made it.</summary>
    public const string AnyInterface = "ttr*";

    public static string InterfacePrefix(string id) => $"ttr{id}-";

    /// <summary>Of the tunnel to other hosts; not like that of a container.</summary>
    public static string TunnelInterface(string id) => $"ttx{id}";

    public static string NamespacePrefix(string id) => $"tatara-{id}-";

    public static int Count(IPNetwork subnet) => 1 << (PrefixLength - subnet.PrefixLength);

    private string Address(uint offset)
    {
        var bytes = Subnet.BaseAddress.GetAddressBytes();
        var number = BinaryPrimitives.ReadUInt32BigEndian(bytes) + ((uint)Number * Addresses) + offset;
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes).ToString();
    }
}
