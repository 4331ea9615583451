using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Tatara.LogCache.Store;
using Tatara.Protocol;

namespace Tatara.LogCache.Reading;

/// <summary>A query that cannot be answered, in log-cache's words.</summary>
internal sealed class InvalidQueryException(string message) : Exception(message);

/// <summary>Reads the parameters of GET /api/v1/read. Unknown ones are ignored, as log-cache does.</summary>
internal static class QueryParser
{
    private const int MaxLimit = 1000;

    private const int DefaultLimit = 100;

    private const int MaxNameFilterLength = 1024;

    public static ReadQuery Parse(IQueryCollection query, DateTimeOffset now)
    {
        var start = Number(query, "start_time");
        var end = Number(query, "end_time");
        var limit = Number(query, "limit");
        if (end != 0 && start > end) throw new InvalidQueryException($"StartTime ({start}) must be before EndTime ({end})");
        if (limit > MaxLimit) throw new InvalidQueryException($"limit ({limit}) must be 1000 or less");
        if (limit < 0) throw new InvalidQueryException($"limit ({limit}) must be greater than zero");
        return new ReadQuery(
            start,
            end == 0 ? now.ToUnixNanoseconds() : end,
            limit == 0 ? DefaultLimit : (int)limit,
            Flag(query, "descending"),
            Types(query),
            HasNameFilter(query));
    }

    private static long Number(IQueryCollection query, string name)
    {
        if (query[name].LastOrDefault() is not { Length: > 0 } text) return 0;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidQueryException($"type mismatch, parameter: {name}, error: parsing \"{text}\": invalid syntax");
    }

    private static bool Flag(IQueryCollection query, string name) => query[name].LastOrDefault() switch
    {
        null or "" or "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        var text => throw new InvalidQueryException($"type mismatch, parameter: {name}, error: parsing \"{text}\": invalid syntax"),
    };

    /// <summary>Names or numbers, each any number of times; ANY says nothing.</summary>
    private static List<EnvelopeType> Types(IQueryCollection query)
    {
        var types = new List<EnvelopeType>();
        foreach (var text in query["envelope_types"])
        {
            var type = text switch
            {
                "ANY" or "0" => EnvelopeType.Any,
                "LOG" or "1" => EnvelopeType.Log,
                "COUNTER" or "2" => EnvelopeType.Counter,
                "GAUGE" or "3" => EnvelopeType.Gauge,
                "TIMER" or "4" => EnvelopeType.Timer,
                "EVENT" or "5" => EnvelopeType.Event,
                _ => throw new InvalidQueryException($"parsing list \"envelope_types\": {text} is not valid"),
            };
            if (type != EnvelopeType.Any && !types.Contains(type)) types.Add(type);
        }
        return types;
    }

    private static bool HasNameFilter(IQueryCollection query)
    {
        if (query["name_filter"].LastOrDefault() is not { Length: > 0 } pattern) return false;
        try
        {
            if (pattern.Length > MaxNameFilterLength) throw new ArgumentException($"it is longer than {MaxNameFilterLength} characters");
            _ = new Regex(pattern, RegexOptions.NonBacktracking);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new InvalidQueryException($"name filter must be a valid regular expression: {e.Message}");
        }
    }
}
