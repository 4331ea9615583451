using System.Text;

namespace Tatara.Names;

/// <summary>
/// A marked block in a hosts file, for machines whose resolver knows nothing of our names (glibc does not resolve
/// *.localhost). What others wrote in the file is left as it is, byte for byte.
/// </summary>
/// <param name="path">Usually /etc/hosts.</param>
/// <param name="owner">Names the block, so that two platforms on one machine keep theirs apart.</param>
internal sealed class HostsFile(string path, string owner)
{
    /// <summary>Names a line; glibc reads long lines, but a person does not.</summary>
    private const int NamesPerLine = 8;

    private string Begin => $"# begin tatara {owner} (written by the platform; removed when it stops)";
    private string End => $"# end tatara {owner}";

    /// <summary>Makes the block hold exactly these names; none removes it. Returns whether anything changed.</summary>
    public bool Write(string address, IReadOnlyCollection<string> names)
    {
        var before = File.Exists(path) ? File.ReadAllText(path) : "";
        var text = new StringBuilder(WithoutBlock(before));
        if (names.Count > 0)
        {
            if (text.Length > 0 && text[^1] != '\n') text.Append('\n');
            text.Append(Begin).Append('\n');
            foreach (var line in names.Order(StringComparer.Ordinal).Chunk(NamesPerLine))
                text.Append(address).Append(' ').AppendJoin(' ', line).Append('\n');
            text.Append(End).Append('\n');
        }
        var after = text.ToString();
        if (after == before) return false;
        Replace(after);
        return true;
    }

    private string WithoutBlock(string text)
    {
        var start = text.IndexOf(Begin, StringComparison.Ordinal);
        if (start < 0) return text;
        var end = text.IndexOf(End, start, StringComparison.Ordinal);
        if (end < 0) return text[..start];
        var rest = end + End.Length;
        if (rest < text.Length && text[rest] == '\n') rest++;
        return text[..start] + text[rest..];
    }

    /// <summary>By rename, so that no reader sees half a file; in place where the file is a mount and cannot be renamed over.</summary>
    private void Replace(string text)
    {
        var temporary = path + ".tatara";
        try
        {
            File.WriteAllText(temporary, text);
            if (File.Exists(path)) File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));
            File.Move(temporary, path, overwrite: true);
        }
        catch (IOException)
        {
            File.WriteAllText(path, text);
            File.Delete(temporary);
        }
    }
}
