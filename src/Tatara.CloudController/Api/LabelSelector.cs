using System.Text.RegularExpressions;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Api;

/// <summary>label_selector: a list of requirements, all of which must hold.</summary>
internal sealed partial class LabelSelector
{
    private const int MaxRequirements = 50;

    public static readonly LabelSelector Everything = new([]);

    private readonly IReadOnlyList<Requirement> _requirements;

    private LabelSelector(IReadOnlyList<Requirement> requirements) => _requirements = requirements;

    private enum Operator
    {
        Exists,
        NotExists,
        In,
        NotIn,
    }

    public static LabelSelector Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Everything;
        var parts = Splitter().Matches(text).Select(m => m.Value.Trim()).ToList();
        if (parts.Count > MaxRequirements) throw ApiErrors.BadQueryParameter($"Label selector has more than {MaxRequirements} requirements");
        return new LabelSelector([.. parts.Select(ParseRequirement)]);
    }

    public IQueryable<T> Apply<T>(IQueryable<T> query, CloudControllerDbContext db)
        where T : Entity
    {
        foreach (var (key, what, values) in _requirements)
        {
            query = what switch
            {
                Operator.Exists => query.Where(x => db.Labels.Any(l => l.ResourceGuid == x.Guid && l.Key == key)),
                Operator.NotExists => query.Where(x => !db.Labels.Any(l => l.ResourceGuid == x.Guid && l.Key == key)),
                Operator.In => query.Where(x => db.Labels.Any(l => l.ResourceGuid == x.Guid && l.Key == key && values.Contains(l.Value!))),
                _ => query.Where(x => !db.Labels.Any(l => l.ResourceGuid == x.Guid && l.Key == key && values.Contains(l.Value!))),
            };
        }
        return query;
    }

    private static Requirement ParseRequirement(string text)
    {
        if (SetPattern().Match(text) is { Success: true } set)
            return new(set.Groups["key"].Value, set.Groups["not"].Success ? Operator.NotIn : Operator.In, [.. set.Groups["values"].Value.Split(',').Select(v => v.Trim())]);
        if (EqualityPattern().Match(text) is { Success: true } equality)
            return new(equality.Groups["key"].Value, equality.Groups["op"].Value == "!=" ? Operator.NotIn : Operator.In, [equality.Groups["value"].Value]);
        if (ExistencePattern().Match(text) is { Success: true } existence)
            return new(existence.Groups["key"].Value, existence.Groups["not"].Success ? Operator.NotExists : Operator.Exists, []);
        throw ApiErrors.BadQueryParameter("Invalid label_selector value");
    }

    [GeneratedRegex(@"(?:\([^)]*\)|[^,(])+")]
    private static partial Regex Splitter();

    [GeneratedRegex(@"^(?<key>[\w\-./]+)\s+(?<not>not)?in\s*\((?<values>[^()]*)\)$")]
    private static partial Regex SetPattern();

    [GeneratedRegex(@"^(?<key>[\w\-./]+)\s*(?<op>==|!=|=)\s*(?<value>[\w\-.]*)$")]
    private static partial Regex EqualityPattern();

    [GeneratedRegex(@"^(?<not>!)?(?<key>[\w\-./]+)$")]
    private static partial Regex ExistencePattern();

    private sealed record Requirement(string Key, Operator Operator, IReadOnlyList<string> Values);
}
