using System.Globalization;
using System.Text.Json.Nodes;

namespace Tatara.CloudController.Manifests;

/// <summary>A piece of a manifest that knows on which line it stands.</summary>
internal abstract record ManifestNode(int Line)
{
    /// <summary>How many pieces it has, aliases expanded.</summary>
    public abstract long Size { get; }

    /// <summary>The same as JSON, for comparisons.</summary>
    public abstract JsonNode? ToJson();
}

/// <param name="IsPlain">Not quoted: 1, true and null mean what they say.</param>
internal sealed record ManifestScalar(int Line, string Text, bool IsPlain) : ManifestNode(Line)
{
    private static readonly string[] s_nulls = ["", "~", "null", "Null", "NULL"];
    private static readonly string[] s_true = ["true", "True", "TRUE"];
    private static readonly string[] s_false = ["false", "False", "FALSE"];

    public override long Size => 1;

    public bool IsNull => IsPlain && s_nulls.Contains(Text);

    public bool? AsBoolean => !IsPlain ? null : s_true.Contains(Text) ? true : s_false.Contains(Text) ? false : null;

    public long? AsInteger => IsPlain && long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public override JsonNode? ToJson() => this switch
    {
        { IsNull: true } => null,
        { AsBoolean: { } flag } => JsonValue.Create(flag),
        { AsInteger: { } number } => JsonValue.Create(number),
        _ => JsonValue.Create(Text),
    };
}

internal sealed record ManifestList(int Line, IReadOnlyList<ManifestNode> Items) : ManifestNode(Line)
{
    public override long Size { get; } = 1 + Items.Sum(i => i.Size);

    public override JsonNode ToJson() => new JsonArray([.. Items.Select(i => i.ToJson())]);
}

internal sealed record ManifestMap(int Line, IReadOnlyDictionary<string, ManifestNode> Fields) : ManifestNode(Line)
{
    public override long Size { get; } = 1 + Fields.Values.Sum(i => i.Size);

    public override JsonNode ToJson() => new JsonObject(Fields.Select(f => KeyValuePair.Create(f.Key, f.Value.ToJson())));
}
