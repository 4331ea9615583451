using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Api;

/// <summary>The query of a list: pages, order, filters.</summary>
internal sealed class ListQuery
{
    private const int DefaultPerPage = 50;
    private const int MaxPerPage = 5000;
    private static readonly string[] s_common = ["page", "per_page", "order_by", "guids", "created_ats", "updated_ats"];
    private static readonly string[] s_comparisons = ["lt", "lte", "gt", "gte"];

    private readonly IQueryCollection _query;

    private ListQuery(HttpRequest request)
    {
        _query = request.Query;
        Request = request;
    }

    public HttpRequest Request { get; }
    public int Page { get; private init; }
    public int PerPage { get; private init; }
    public string? OrderBy { get; private set; }
    public bool Descending { get; private init; }
    public LabelSelector LabelSelector { get; private init; } = LabelSelector.Everything;

    public static ListQuery Parse(HttpRequest request, params string[] filters)
    {
        RejectUnknown(request.Query, [.. s_common, .. filters]);
        var order = request.Query["order_by"].ToString().Replace(' ', '+');
        return new ListQuery(request)
        {
            Page = Positive(request.Query, "page", 1, int.MaxValue / MaxPerPage),
            PerPage = Positive(request.Query, "per_page", DefaultPerPage, MaxPerPage),
            OrderBy = order.Length == 0 ? null : order.TrimStart('+', '-'),
            Descending = order.StartsWith('-'),
            LabelSelector = LabelSelector.Parse(request.Query["label_selector"]),
        };
    }

    /// <summary>The order of a list whose query names none.</summary>
    public ListQuery OrderedBy(string column)
    {
        OrderBy ??= column;
        return this;
    }

    public static void RejectUnknown(IQueryCollection query, string[] allowed)
    {
        var unknown = query.Keys.Where(k => !allowed.Contains(k.Split('[')[0]) && !allowed.Contains(k)).ToList();
        if (unknown.Count > 0)
            throw ApiErrors.BadQueryParameter($"Unknown query parameter(s): '{string.Join("', '", unknown)}'. Valid parameters are: '{string.Join("', '", allowed)}'");
    }

    /// <summary>The values of a comma separated filter, or null when it is not given. Commas inside a value come as %2C twice escaped.</summary>
    public IReadOnlyList<string>? Values(string name) =>
        _query.TryGetValue(name, out var text)
            ? [.. text.ToString().Split(',').Select(v => Uri.UnescapeDataString(v.Trim()))]
            : null;

    public bool Includes(string resource) => Values("include")?.Contains(resource) ?? false;

    /// <summary>Refuses other values of include than these.</summary>
    public void AllowIncludes(params string[] resources)
    {
        if (Values("include")?.FirstOrDefault(v => !resources.Contains(v)) is { } unknown)
            throw ApiErrors.BadQueryParameter($"Invalid included resource: '{unknown}'. Valid included resources are: '{string.Join("', '", resources)}'");
    }

    /// <summary>created_ats and updated_ats: exact seconds, or bounds as created_ats[gt]=….</summary>
    public IEnumerable<(string Comparison, DateTimeOffset Time)> Times(string name)
    {
        foreach (var time in Values(name) ?? []) yield return ("eq", Time(name, time));
        foreach (var key in _query.Keys.Where(k => k.StartsWith(name + "[", StringComparison.Ordinal)))
        {
            var comparison = key[(name.Length + 1)..].TrimEnd(']');
            if (!s_comparisons.Contains(comparison)) throw ApiErrors.BadQueryParameter($"Invalid relational operator: '{comparison}'");
            yield return (comparison, Time(name, _query[key].ToString()));
        }
    }

    private static DateTimeOffset Time(string name, string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw ApiErrors.BadQueryParameter($"{char.ToUpperInvariant(name[0])}{name[1..].Replace('_', ' ')} has an invalid timestamp format. Timestamps should be formatted as 'YYYY-MM-DDThh:mm:ssZ'");

    private static int Positive(IQueryCollection query, string name, int fallback, int max)
    {
        if (!query.TryGetValue(name, out var text)) return fallback;
        var field = name == "page" ? "Page" : "Per page";
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
            throw ApiErrors.BadQueryParameter($"{field} must be a positive integer");
        return number <= max ? number : throw ApiErrors.BadQueryParameter($"{field} must be between 1 and {max}");
    }
}
