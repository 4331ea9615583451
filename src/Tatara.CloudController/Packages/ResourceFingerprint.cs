using System.Text.Json;

namespace Tatara.CloudController.Packages;

/// <summary>A file as a client describes it, so that it need not send what the platform has.</summary>
/// <param name="Sha1">Lower-case hex.</param>
/// <param name="Mode">Octal, as in "644"; null when not told.</param>
internal sealed record ResourceFingerprint(string Sha1, long Size, string? Path, string? Mode)
{
    /// <summary>Reads API v3's form, or v2's (sha1, size, fn), which the upload of a package also takes.</summary>
    /// <param name="problem">What is wrong, as Cloud Foundry words it; null when nothing is.</param>
    public static ResourceFingerprint? Read(JsonElement item, out string? problem)
    {
        const string prefix = "Resources array contains at least one resource with ";
        problem = null;
        if (item.ValueKind != JsonValueKind.Object) problem = prefix + "a non-object checksum";
        else if (item.TryGetProperty("sha1", out var sha1)) return Check(sha1, Get(item, "size"), Get(item, "fn"), Get(item, "mode"), prefix, out problem);
        else if (Get(item, "checksum") is not { ValueKind: JsonValueKind.Object } checksum) problem = prefix + "a non-object checksum";
        else return Check(Get(checksum, "value"), Get(item, "size_in_bytes"), Get(item, "path"), Get(item, "mode"), prefix, out problem);
        return null;
    }

    /// <summary>Permission bits.</summary>
    public int Permissions() => Mode is null ? EntryMode.DefaultFile : Convert.ToInt32(Mode, 8) & 0x1FF;

    private static ResourceFingerprint? Check(
        JsonElement sha1, JsonElement size, JsonElement path, JsonElement mode, string prefix, out string? problem)
    {
        problem = null;
        if (sha1.ValueKind != JsonValueKind.String) problem = prefix + "a non-string checksum value";
        else if (sha1.GetString() is not { Length: 40 } hash || !hash.All(char.IsAsciiHexDigit)) problem = prefix + "a non-SHA1 checksum value";
        else if (size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out var bytes)) problem = prefix + "a non-integer size_in_bytes";
        else if (bytes < 0) problem = prefix + "a negative size_in_bytes";
        else if (mode.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.String)) problem = prefix + "a non-string mode";
        else if (mode.ValueKind == JsonValueKind.String && !IsMode(mode.GetString()!)) problem = prefix + "an incorrect mode";
        else if (path.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.String)) problem = prefix + "a non-string path";
        else return new(hash.ToLowerInvariant(), bytes, Text(path), Text(mode));
        return null;
    }

    private static bool IsMode(string mode) => mode.Length is > 0 and <= 7 && mode.All(c => c is >= '0' and <= '7');

    private static JsonElement Get(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
