using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Tatara.Router.Registry;

/// <summary>Compares host names by the bytes of the Host field, of any case; no string is made.</summary>
internal sealed class HostComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    private const byte LowerCaseBit = 0x20;

    /// <summary>Differs in each process, so that nobody can choose names that all collide.</summary>
    private static readonly uint Seed = (uint)Random.Shared.NextInt64();

    public static HostComparer Instance { get; } = new();

    public static uint Hash(ReadOnlySpan<byte> host)
    {
        var hash = Seed;
        foreach (var b in host) hash = (hash ^ (uint)(b | LowerCaseBit)) * 16_777_619;
        return hash ^ (hash >> 15);
    }

    public bool Equals(byte[]? x, byte[]? y) => Ascii.EqualsIgnoreCase(x, y);

    public int GetHashCode([DisallowNull] byte[] obj) => (int)Hash(obj);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => Ascii.EqualsIgnoreCase(alternate, other);

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

    public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)Hash(alternate);
}
