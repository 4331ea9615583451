using System.Text.Json;
using Tatara.CloudController.Api;

namespace Tatara.CloudController.Apps;

/// <summary>Environment variables as a request names them; a null value removes one.</summary>
internal static class EnvironmentRequest
{
    private const int MaxVariables = 1000;

    /// <summary>The kernel takes no longer string.</summary>
    private const int MaxLength = 128 * 1024;

    public static Dictionary<string, string?> Read(Body body, string field, bool required = false)
    {
        var variables = new Dictionary<string, string?>();
        var given = body.Map(field, required);
        if (given?.Count > MaxVariables) body.Fail(field, $"must have at most {MaxVariables} entries");
        foreach (var (key, value) in given ?? new Dictionary<string, JsonElement>())
        {
            if (KeyProblem(key) is { } problem) body.Fail(field, problem);
            if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
                body.Fail($"Non-string value in environment variable for key '{key}', value '{value.GetRawText()}'");
            else if (key.Length + (value.GetString()?.Length ?? 0) >= MaxLength) body.Fail(field, $"value of '{key}' is too long");
            else variables[key] = value.GetString();
        }
        return variables;
    }

    public static string? KeyProblem(string key)
    {
        if (key.Length == 0) return "key must be a minimum length of 1";
        if (key.Contains('=', StringComparison.Ordinal) || key.Contains('\0', StringComparison.Ordinal)) return $"key '{key.Replace('\0', ' ')}' is invalid";
        if (key.StartsWith("VCAP_", StringComparison.OrdinalIgnoreCase)) return "cannot start with VCAP_";
        if (key.StartsWith("VMC", StringComparison.OrdinalIgnoreCase)) return "cannot start with VMC_";
        return key.Equals("PORT", StringComparison.OrdinalIgnoreCase) ? "cannot set PORT" : null;
    }

    /// <summary>Sorted, so that what is shown does not depend on what was set when.</summary>
    public static IReadOnlyDictionary<string, string?> Merge(IReadOnlyDictionary<string, string?> old, IReadOnlyDictionary<string, string?> changes)
    {
        var merged = new SortedDictionary<string, string?>(old.ToDictionary(), StringComparer.Ordinal);
        foreach (var (key, value) in changes)
        {
            if (value is null) merged.Remove(key);
            else merged[key] = value;
        }
        return merged;
    }
}
