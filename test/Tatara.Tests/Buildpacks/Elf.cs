using System.Buffers.Binary;

namespace Tatara.Tests.Buildpacks;

/// <summary>The beginning of Linux programs, as far as it tells what they run on.</summary>
internal static class Elf
{
    public const ushort X64 = 62;
    public const ushort Arm64 = 183;
    private const int HeaderBytes = 64, ProgramHeaderBytes = 56;

    public static byte[] Header(ushort machine) => Program(machine, "");

    /// <summary>A program that asks for a loader; none: it is linked statically.</summary>
    public static byte[] Program(ushort machine, string loader)
    {
        var file = new byte[HeaderBytes + ProgramHeaderBytes + loader.Length + 1];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(file);
        var span = file.AsSpan();
        BinaryPrimitives.WriteUInt16LittleEndian(span[16..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(span[18..], machine);
        BinaryPrimitives.WriteUInt32LittleEndian(span[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(span[32..], HeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(span[52..], HeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(span[54..], ProgramHeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(span[56..], (ushort)(loader.Length > 0 ? 1 : 0));
        if (loader.Length == 0) return file;
        var segment = span[HeaderBytes..];
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 3);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[8..], HeaderBytes + ProgramHeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)loader.Length + 1);
        System.Text.Encoding.ASCII.GetBytes(loader).CopyTo(span[(HeaderBytes + ProgramHeaderBytes)..]);
        return file;
    }
}
