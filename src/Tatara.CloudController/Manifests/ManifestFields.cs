namespace Tatara.CloudController.Manifests;

/// <summary>
/// A map of a manifest, read key by key. disk_quota and disk-quota are the same key. Complaints carry the line, and what
/// nobody asked for is a complaint too: a mistyped key must not be lost in silence.
/// </summary>
internal sealed class ManifestFields
{
    private readonly Dictionary<string, (string Written, ManifestNode Node)> _fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly string _prefix;
    private readonly List<string> _errors;
    private readonly int _line;

    public ManifestFields(ManifestMap map, string prefix, List<string> errors)
    {
        (_prefix, _errors, _line) = (prefix, errors, map.Line);
        foreach (var (key, node) in map.Fields)
        {
            if (!_fields.TryAdd(Normalize(key), (key, node))) Fail($"'{key}' is given twice", node.Line);
        }
    }

    public static string Normalize(string key) => key.Replace('_', '-');

    public bool Has(string key)
    {
        _known.Add(key);
        return _fields.ContainsKey(key);
    }

    public int LineOf(string key) => _fields.TryGetValue(key, out var field) ? field.Node.Line : _line;

    public ManifestNode? Node(string key) => Has(key) && _fields[key].Node is not ManifestScalar { IsNull: true } ? _fields[key].Node : null;

    public void Fail(string message, int line) => _errors.Add($"{_prefix}{message} (line {line})");

    public void Fail(string key, string message) => Fail($"{Humanize(key)} {message}", LineOf(key));

    public string? String(string key, int maxLength = 255)
    {
        switch (Node(key))
        {
            case null: return null;
            case ManifestScalar scalar when scalar.Text.Length <= maxLength: return scalar.Text;
            case ManifestScalar: Fail(key, $"is too long (maximum is {maxLength} characters)"); return null;
            default: Fail(key, "must be a string"); return null;
        }
    }

    public int? Integer(string key, int min)
    {
        switch (Node(key))
        {
            case null: return null;
            case ManifestScalar { AsInteger: { } number } when number >= min && number <= int.MaxValue: return (int)number;
            case ManifestScalar { AsInteger: { } number }:
                Fail(key, number > int.MaxValue ? $"must be less than or equal to {int.MaxValue}" : min == 1 ? "must be greater than 0" : $"must be greater than or equal to {min}");
                return null;
            default: Fail(key, "is not a number"); return null;
        }
    }

    public bool? Boolean(string key)
    {
        switch (Node(key))
        {
            case null: return null;
            case ManifestScalar { AsBoolean: { } flag }: return flag;
            default: Fail(key, "must be a boolean"); return null;
        }
    }

    /// <summary>A size as whole megabytes.</summary>
    public int? Megabytes(string key)
    {
        if (String(key) is not { } text) return null;
        var (bytes, problem) = ByteSize.Parse(text);
        if (problem is null && bytes <= 0) problem = "must be greater than 0MB";
        else if (problem is null && bytes < 1024 * 1024) problem = "must be at least 1M";
        else if (problem is null && bytes / 1024 / 1024 > int.MaxValue) problem = "is too large";
        if (problem is null) return (int)(bytes!.Value / 1024 / 1024);
        Fail(key, problem);
        return null;
    }

    /// <summary>A rate; -1 is unlimited and 0 is none, without a unit.</summary>
    public long? BytesPerSecond(string key)
    {
        if (String(key)?.Trim() is not { } text) return null;
        if (text is "-1" or "0") return text == "0" ? 0 : -1;
        var (bytes, problem) = ByteSize.Parse(text);
        if (problem is null && bytes < 0) problem = "must be greater than or equal to -1";
        if (problem is null) return bytes;
        Fail(key, problem);
        return null;
    }

    public IReadOnlyList<ManifestNode>? List(string key)
    {
        switch (Node(key))
        {
            case null: return null;
            case ManifestList list: return list.Items;
            default: Fail(key, "must be a list"); return null;
        }
    }

    public ManifestMap? Map(string key)
    {
        switch (Node(key))
        {
            case null: return null;
            case ManifestMap map: return map;
            default: Fail(key, "must be a map"); return null;
        }
    }

    public void FailUnknown()
    {
        foreach (var (key, (written, node)) in _fields.Where(f => !_known.Contains(f.Key))) Fail($"Unknown field '{written}'", node.Line);
    }

    private static string Humanize(string key) => char.ToUpperInvariant(key[0]) + key[1..].Replace('-', ' ');
}
