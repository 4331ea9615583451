using System.Text.Json;

namespace Tatara.CloudController.Api;

internal sealed partial class Body
{
    private const int MaxGuidLength = 200;

    /// <summary>A string, or null when it is absent, null or wrong.</summary>
    public string? String(string name, bool required = false, int minLength = 0, int maxLength = 255)
    {
        if (!TryGet(name, out var value))
        {
            if (required) Fail(name, "can't be blank");
            return null;
        }
        if (value.ValueKind != JsonValueKind.String)
        {
            Fail(name, "must be a string");
            return null;
        }
        var text = value.GetString()!;
        if (required && string.IsNullOrWhiteSpace(text)) Fail(name, "can't be blank");
        else if (text.Length < minLength) Fail(name, $"is too short (minimum is {minLength} character{(minLength == 1 ? "" : "s")})");
        if (text.Length > maxLength) Fail(name, $"is too long (maximum is {maxLength} characters)");
        return text;
    }

    public string? OneOf(string name, IReadOnlyList<string> values, bool required = false)
    {
        var text = String(name, required);
        if (text is null || values.Contains(text)) return text;
        Fail(name, $"must be one of {string.Join(", ", values.Select(v => $"'{v}'"))}");
        return null;
    }

    public long? Integer(string name, long min = long.MinValue, long max = int.MaxValue, bool required = false)
    {
        if (!TryGet(name, out var value))
        {
            if (required) Fail(name, "can't be blank");
            return null;
        }
        if (value.ValueKind != JsonValueKind.Number)
        {
            Fail(name, "is not a number");
            return null;
        }
        if (!value.TryGetInt64(out var number))
        {
            Fail(name, "must be an integer");
            return null;
        }
        if (number < min) Fail(name, min == 1 ? "must be greater than 0" : $"must be greater than or equal to {min}");
        else if (number > max) Fail(name, $"must be less than or equal to {max}");
        else return number;
        return null;
    }

    public bool? Boolean(string name)
    {
        if (!TryGet(name, out var value)) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Fail(name, "must be a boolean");
        return null;
    }

    /// <summary>An object inside this one; its complaints begin with its name.</summary>
    public Body? Object(string name, bool required = false)
    {
        if (!TryGet(name, out var value))
        {
            if (required) Fail(name, "can't be blank");
            return null;
        }
        if (value.ValueKind != JsonValueKind.Object)
        {
            Fail(name, "must be an object");
            return null;
        }
        var child = new Body(value, $"{_prefix}{Humanize(name)} ", _errors);
        _children.Add(child);
        return child;
    }

    /// <summary>The objects of an array.</summary>
    public IReadOnlyList<Body>? Objects(string name, bool required = false, int maxItems = 1000)
    {
        if (!TryGet(name, out var value))
        {
            if (required) Fail(name, "can't be blank");
            return null;
        }
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > maxItems || value.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.Object))
        {
            Fail(name, value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > maxItems ? $"must have at most {maxItems} items" : "must be an array of objects");
            return null;
        }
        var children = value.EnumerateArray().Select((e, i) => new Body(e, $"{_prefix}{Humanize(name)}[{i}]: ", _errors)).ToList();
        _children.AddRange(children);
        return children;
    }

    public IReadOnlyList<string>? Strings(string name, int maxItems = 1000)
    {
        if (!TryGet(name, out var value)) return null;
        if (value.ValueKind != JsonValueKind.Array)
        {
            Fail(name, "must be an array");
            return null;
        }
        if (value.GetArrayLength() > maxItems)
        {
            Fail(name, $"must have at most {maxItems} items");
            return null;
        }
        if (value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String)) return [.. value.EnumerateArray().Select(e => e.GetString()!)];
        Fail(name, "can only contain strings");
        return null;
    }

    /// <summary>String values by free keys; null values are allowed and kept.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Map(string name, bool required = false)
    {
        if (!TryGet(name, out var value))
        {
            if (required) Fail(name, "must be an object");
            return null;
        }
        if (value.ValueKind == JsonValueKind.Object) return value.EnumerateObject().GroupBy(p => p.Name).ToDictionary(g => g.Key, g => g.Last().Value);
        Fail(name, "must be an object");
        return null;
    }

    /// <summary>relationships.NAME.data.guid.</summary>
    public string? ToOne(string name, bool required = true)
    {
        var expected = $"must be structured like this: \"{name}: {{\"data\": {{\"guid\": \"valid-guid\"}}}}\"";
        if (!Has(name))
        {
            if (required)
            {
                Fail(name, "can't be blank");
                Fail(name, expected);
            }
            return null;
        }
        if (_element.GetProperty(name) is { ValueKind: JsonValueKind.Object } outer
            && Only(outer, "data") is { } data
            && (data.ValueKind == JsonValueKind.Null || (data.ValueKind == JsonValueKind.Object && Only(data, "guid") is not null)))
        {
            if (data.ValueKind == JsonValueKind.Null) return null;
            return Guid(name + "_guid", data.GetProperty("guid"));
        }
        Fail(name, expected);
        return null;
    }

    /// <summary>The guids of {"data": [{"guid": …}]} under a name.</summary>
    public IReadOnlyList<string>? ToMany(string name, bool required = true)
    {
        if (!Has(name) && !required) return null;
        if (Has(name) && _element.GetProperty(name) is { ValueKind: JsonValueKind.Object } outer && Only(outer, "data") is { } data) return Guids(name, data);
        FailToMany(name);
        return null;
    }

    /// <summary>The guids of this object when it is {"data": [{"guid": …}]} itself.</summary>
    public IReadOnlyList<string>? Data()
    {
        if (Has("data") && _element.GetProperty("data") is { ValueKind: JsonValueKind.Array } data) return Guids("data", data);
        Fail("data", "must be an array");
        return null;
    }

    private List<string>? Guids(string name, JsonElement data)
    {
        if (data.ValueKind == JsonValueKind.Array && data.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Object && Only(e, "guid") is not null))
            return [.. data.EnumerateArray().Select(e => Guid(name + "_guids", e.GetProperty("guid"))).OfType<string>()];
        FailToMany(name);
        return null;
    }

    private void FailToMany(string name) =>
        Fail(name, $"must be structured like this: \"{name}: {{\"data\": [{{\"guid\": \"valid-guid\"}},{{\"guid\": \"valid-guid\"}}]}}\"");

    private string? Guid(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= MaxGuidLength } guid) return guid;
        Fail(name, value.ValueKind == JsonValueKind.String ? $"must be between 1 and {MaxGuidLength} characters" : "must be a string");
        return null;
    }

    /// <summary>The value of the one field that an object may have.</summary>
    private static JsonElement? Only(JsonElement element, string field) =>
        element.EnumerateObject().Count() == 1 && element.TryGetProperty(field, out var value) ? value : null;
}
