using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Metadata;

/// <summary>metadata of a request: labels and annotations to set, and with null to remove.</summary>
internal sealed partial class MetadataPatch
{
    private const int MaxEntries = 200;
    private const int MaxKeyLength = 63;
    private const int MaxPrefixLength = 253;
    private const int MaxAnnotationLength = 5000;

    private readonly Dictionary<string, string?> _labels = [];
    private readonly Dictionary<string, string?> _annotations = [];

    public static readonly MetadataPatch Nothing = new();

    public static MetadataPatch Read(Body body) => body.Object("metadata") is { } metadata ? ReadInner(metadata) : Nothing;

    /// <summary>Metadata that came by itself; with what is wrong in it.</summary>
    public static (MetadataPatch Patch, IReadOnlyList<string> Errors) Read(JsonObject json)
    {
        var body = Body.From(JsonSerializer.SerializeToElement(json, JsonSerializerOptions.Default), "Metadata ");
        var patch = ReadInner(body);
        return (patch, body.Errors);
    }

    private static MetadataPatch ReadInner(Body metadata)
    {
        var patch = new MetadataPatch();
        foreach (var (key, value) in metadata.Map("labels") ?? new Dictionary<string, JsonElement>())
        {
            if (Text(metadata, "label", key, value) is not { } text) continue;
            if (KeyError(key) is { } keyError) metadata.Fail($"label key error: {keyError}");
            if (NameError(text.Value ?? "") is { } valueError && !string.IsNullOrEmpty(text.Value)) metadata.Fail($"label value error: {valueError}");
            patch._labels[key] = text.Value;
        }
        foreach (var (key, value) in metadata.Map("annotations") ?? new Dictionary<string, JsonElement>())
        {
            if (Text(metadata, "annotation", key, value) is not { } text) continue;
            if (text.Value is not null && KeyError(key) is { } keyError) metadata.Fail($"annotation key error: {keyError}");
            if (text.Value?.Length > MaxAnnotationLength) metadata.Fail($"annotation value error: '{text.Value[..8]}...' is greater than {MaxAnnotationLength} characters");
            patch._annotations[key] = text.Value;
        }
        return patch;
    }

    public void ApplyTo(LabelledEntity entity)
    {
        if (_labels.Count > 0) entity.Labels = Merge(entity.Labels, _labels, "labels");
        if (_annotations.Count > 0) entity.Annotations = Merge(entity.Annotations, _annotations, "annotations");
    }

    private static Dictionary<string, string?> Merge(IReadOnlyDictionary<string, string?> old, Dictionary<string, string?> patch, string what)
    {
        var merged = new Dictionary<string, string?>(old);
        foreach (var (key, value) in patch)
        {
            if (value is null) merged.Remove(key);
            else merged[key] = value;
        }
        return merged.Count <= MaxEntries
            ? merged
            : throw Errors.ApiErrors.Make(422, 390020, "LabelLimitExceeded", $"Failed to add {patch.Count} {what} because it would exceed maximum of {MaxEntries}");
    }

    private static MetadataValue? Text(Body metadata, string what, string key, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null: return new(null);
            case JsonValueKind.String: return new(value.GetString());
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False: return new(value.GetRawText());
            default:
                metadata.Fail($"{what} value error: the value of '{key}' is not a string");
                return null;
        }
    }

    private static string? KeyError(string key)
    {
        if (key.Length == 0) return "key cannot be empty string";
        var parts = key.Split('/');
        if (parts.Length > 2) return "key has more than one '/'";
        if (parts.Length == 1) return NameError(key);
        var prefix = parts[0];
        if (prefix.Length > MaxPrefixLength) return $"prefix '{prefix[..8]}...' is greater than {MaxPrefixLength} characters";
        if (!DomainPattern().IsMatch(prefix)) return $"prefix '{prefix}' must be in valid dns format";
        if (prefix.Equals("cloudfoundry.org", StringComparison.OrdinalIgnoreCase)) return "prefix 'cloudfoundry.org' is reserved";
        return parts[1].Length == 0 ? "key cannot be empty string" : NameError(parts[1]);
    }

    private static string? NameError(string name)
    {
        if (InvalidCharacters().IsMatch(name)) return $"'{name}' contains invalid characters";
        if (name.Length == 0 || !char.IsAsciiLetterOrDigit(name[0]) || !char.IsAsciiLetterOrDigit(name[^1])) return $"'{name}' starts or ends with invalid characters";
        return name.Length > MaxKeyLength ? $"'{name[..8]}...' is greater than {MaxKeyLength} characters" : null;
    }

    private sealed record MetadataValue(string? Value);

    [GeneratedRegex(@"[^A-Za-z0-9_\-.]")]
    private static partial Regex InvalidCharacters();

    [GeneratedRegex(@"^(([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\-]{0,61}[A-Za-z0-9])\.)+([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\-]{0,61}[A-Za-z0-9])$")]
    private static partial Regex DomainPattern();
}

/// <summary>metadata of a response.</summary>
internal sealed record MetadataResponse(IReadOnlyDictionary<string, string?> Labels, IReadOnlyDictionary<string, string?> Annotations)
{
    public static MetadataResponse Of(LabelledEntity entity) => new(entity.Labels, entity.Annotations);
}
