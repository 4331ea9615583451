using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Api;

/// <summary>
/// A JSON object of a request, read field by field. What is wrong is collected in Cloud Foundry's words and thrown at
/// once by <see cref="ThrowIfInvalid"/>, which also names the fields that nobody asked for.
/// </summary>
internal sealed partial class Body
{
    private const int MaxDepth = 32;

    private readonly JsonElement _element;
    private readonly string _prefix;
    private readonly List<string> _errors;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<Body> _children = [];

    private Body(JsonElement element, string prefix, List<string> errors) => (_element, _prefix, _errors) = (element, prefix, errors);

    /// <summary>The object as it was sent, for audit events.</summary>
    public JsonElement Raw => _element;

    public static async Task<Body> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        if (buffer.Length == 0) return Parse("{}"u8.ToArray());
        return Parse(buffer.ToArray());
    }

    public static Body Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return From(document.RootElement.Clone());
        }
        catch (JsonException)
        {
            // The same answer as for a body that is JSON but no object.
        }
        throw ApiErrors.MessageParseError("invalid request body");
    }

    public static Body From(JsonElement element, string prefix = "") => new(element, prefix, []);

    /// <summary>Whether the field is there, null or not.</summary>
    public bool Has(string name)
    {
        _known.Add(name);
        return _element.TryGetProperty(name, out _);
    }

    public void Fail(string message) => _errors.Add(_prefix + message);

    /// <summary>"Health check type must be a string".</summary>
    public void Fail(string field, string message) => Fail($"{Humanize(field)} {message}");

    public void ThrowIfInvalid()
    {
        AddUnknownFields();
        if (_errors.Count > 0) throw ApiErrors.Unprocessable(_errors.Distinct());
    }

    /// <summary>What is wrong so far, without throwing it.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            AddUnknownFields();
            return [.. _errors.Distinct()];
        }
    }

    /// <summary>Fields that are known to exist and of no concern here.</summary>
    public void Ignore(params string[] names) => _known.UnionWith(names);

    private void AddUnknownFields()
    {
        var unknown = _element.EnumerateObject().Select(p => p.Name).Where(n => !_known.Contains(n)).Distinct().ToList();
        if (unknown.Count > 0) _errors.Insert(0, $"{_prefix}Unknown field(s): '{string.Join("', '", unknown)}'");
        _known.UnionWith(unknown);
        foreach (var child in _children) child.AddUnknownFields();
    }

    private bool TryGet(string name, out JsonElement value)
    {
        _known.Add(name);
        return _element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    private static string Humanize(string field) =>
        field.Length == 0 ? field : char.ToUpperInvariant(field[0]) + field[1..].Replace('_', ' ');
}
