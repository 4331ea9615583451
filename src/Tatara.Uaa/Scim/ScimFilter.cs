using System.Linq.Expressions;
using Tatara.Uaa.Errors;

namespace Tatara.Uaa.Scim;

/// <summary>
/// SCIM's filters (userName eq "x" and (origin eq "uaa" or active eq true)) as a condition for the database.
/// Comparing text ignores case, as in UAA.
/// </summary>
internal sealed class ScimFilter<T>
{
    /// <summary>Enough to name a page of users one by one; each costs a level of depth in the query.</summary>
    private const int MaxComparisons = 200;

    private const int MaxDepth = 20;

    private readonly ScimTokens _tokens;
    private readonly IReadOnlyDictionary<string, LambdaExpression> _attributes;
    private readonly ParameterExpression _resource = Expression.Parameter(typeof(T), "r");
    private readonly string _text;
    private int _comparisons;

    private ScimFilter(string text, IReadOnlyDictionary<string, LambdaExpression> attributes)
    {
        _text = text;
        _tokens = new ScimTokens(text);
        _attributes = attributes;
    }

    /// <param name="attributes">What can be asked for: lower-case name to the property.</param>
    public static Expression<Func<T, bool>> Parse(string text, IReadOnlyDictionary<string, LambdaExpression> attributes)
    {
        var filter = new ScimFilter<T>(text, attributes);
        var condition = filter.Or(0);
        return filter._tokens.Next() is null ? Expression.Lambda<Func<T, bool>>(condition, filter._resource) : throw filter.Invalid();
    }

    private Expression Or(int depth)
    {
        var left = And(depth);
        while (_tokens.TakeWord("or")) left = Expression.OrElse(left, And(depth));
        return left;
    }

    private Expression And(int depth)
    {
        var left = Term(depth);
        while (_tokens.TakeWord("and")) left = Expression.AndAlso(left, Term(depth));
        return left;
    }

    private Expression Term(int depth)
    {
        if (!_tokens.TakeWord("(")) return Comparison();
        if (depth == MaxDepth) throw Invalid();
        var inner = Or(depth + 1);
        return _tokens.TakeWord(")") ? inner : throw Invalid();
    }

    private Expression Comparison()
    {
        if (++_comparisons > MaxComparisons) throw UaaException.InvalidResource($"A filter may have {MaxComparisons} comparisons at most.");
        if (_tokens.Next() is not { IsText: false } name || !_attributes.TryGetValue(name.Value.ToLowerInvariant(), out var attribute)) throw Invalid();
        if (_tokens.Next() is not { IsText: false } op) throw Invalid();
        var property = new Replace(attribute.Parameters[0], _resource).Visit(attribute.Body);
        if (op.Value.Equals("pr", StringComparison.OrdinalIgnoreCase))
            return property.Type == typeof(bool) ? Expression.Constant(true) : Expression.NotEqual(property, Expression.Constant(null, typeof(string)));
        if (_tokens.Next() is not { } value) throw Invalid();
        return property.Type == typeof(bool) ? CompareFlag(property, op.Value, value) : CompareText(property, op.Value, value);
    }

    private BinaryExpression CompareFlag(Expression property, string op, ScimToken value) =>
        !value.IsText && op.Equals("eq", StringComparison.OrdinalIgnoreCase) && bool.TryParse(value.Value, out var wanted)
            ? Expression.Equal(property, Expression.Constant(wanted))
            : throw Invalid();

    private Expression CompareText(Expression property, string op, ScimToken value)
    {
        if (!value.IsText) throw Invalid();
        var lower = Expression.Call(property, nameof(string.ToLower), null);
        // A property of an object becomes a parameter of the query, a constant would become part of its text.
        var wanted = Expression.Property(Expression.Constant(new Wanted(value.Value.ToLowerInvariant())), nameof(Wanted.Value));
        return op.ToLowerInvariant() switch
        {
            "eq" => Expression.Equal(lower, wanted),
            "co" => Expression.Call(lower, nameof(string.Contains), null, wanted),
            "sw" => Expression.Call(lower, nameof(string.StartsWith), null, wanted),
            _ => throw Invalid(),
        };
    }

    private UaaException Invalid() => UaaException.InvalidResource($"Invalid filter expression: [{_text}]");

    private sealed record Wanted(string Value);

    private sealed class Replace(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}

/// <summary>Entry to the filters: no filter means everything.</summary>
internal static class ScimFilter
{
    public static Expression<Func<T, bool>> Parse<T>(string? text, IReadOnlyDictionary<string, Expression<Func<T, object?>>> attributes) =>
        string.IsNullOrWhiteSpace(text)
            ? _ => true
            : ScimFilter<T>.Parse(text, attributes.ToDictionary(a => a.Key, a => Unboxed(a.Value), StringComparer.Ordinal));

    private static LambdaExpression Unboxed<T>(Expression<Func<T, object?>> attribute) =>
        attribute.Body is UnaryExpression { NodeType: ExpressionType.Convert } boxed ? Expression.Lambda(boxed.Operand, attribute.Parameters) : attribute;
}
