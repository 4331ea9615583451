using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tatara.Uaa.Errors;

namespace Tatara.Uaa.Scim;

/// <summary>What a request for a list asks for.</summary>
internal sealed record ScimQuery(string? Filter, int StartIndex, int Count, bool Descending)
{
    private const int MaxCount = 500;

    private const int DefaultCount = 100;

    public static ScimQuery Of(IQueryCollection query) => new(
        query["filter"],
        Math.Max(1, Number(query, "startIndex", 1)),
        Math.Clamp(Number(query, "count", DefaultCount), 0, MaxCount),
        query["sortOrder"] == "descending");

    /// <summary>Stands for If-Match: *.</summary>
    public const int AnyVersion = -1;

    /// <summary>The version in If-Match, null without one.</summary>
    public static int? IfMatch(HttpRequest request)
    {
        var text = request.Headers.IfMatch.ToString().Trim('"');
        if (text.Length == 0) return null;
        if (text == "*") return AnyVersion;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw UaaException.InvalidResource($"Invalid version match header (should be a version number): {text}");
    }

    private static int Number(IQueryCollection query, string name, int standard)
    {
        if (query[name] is not [{ Length: > 0 } text]) return standard;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw UaaException.InvalidResource($"{name} is not a number: {text}");
    }
}
