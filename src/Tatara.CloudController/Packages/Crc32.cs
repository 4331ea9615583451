namespace Tatara.CloudController.Packages;

/// <summary>The checksum of zip entries (IEEE 802.3). ZipArchive does not check it when it reads.</summary>
internal struct Crc32()
{
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[] Table = BuildTable();

    private uint _state = uint.MaxValue;

    public readonly uint Value => ~_state;

    /// <summary>Four bytes a step would not pay: inflating is slower than this.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        var state = _state;
        foreach (var value in data) state = Table[(byte)(state ^ value)] ^ (state >> 8);
        _state = state;
    }

    private static uint[] BuildTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++) value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ Polynomial;
            table[i] = value;
        }
        return table;
    }
}
