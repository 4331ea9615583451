using System.IO.Compression;
using System.Text;

namespace Tatara.CloudController.Tests.Packages;

/// <summary>Zips for tests, hostile ones included.</summary>
internal sealed class ZipBuilder
{
    private readonly MemoryStream _stream = new();
    private readonly ZipArchive _zip;

    public ZipBuilder() => _zip = new ZipArchive(_stream, ZipArchiveMode.Create, leaveOpen: true);

    public ZipBuilder File(string name, string content = "x", int mode = 0b1_000_000_110_100_100 /* 0100644 */) =>
        Add(name, Encoding.UTF8.GetBytes(content), mode);

    public ZipBuilder File(string name, byte[] content, int mode = 0b1_000_000_110_100_100) => Add(name, content, mode);

    public ZipBuilder Folder(string name) => Add(name + "/", [], Convert.ToInt32("40755", 8));

    public ZipBuilder Link(string name, string target) => Add(name, Encoding.UTF8.GetBytes(target), Convert.ToInt32("120777", 8));

    public MemoryStream Build()
    {
        _zip.Dispose();
        _stream.Position = 0;
        return _stream;
    }

    private ZipBuilder Add(string name, byte[] content, int mode)
    {
        var entry = _zip.CreateEntry(name);
        entry.ExternalAttributes = mode << 16;
        using var stream = entry.Open();
        stream.Write(content);
        return this;
    }
}
