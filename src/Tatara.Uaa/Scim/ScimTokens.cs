using System.Text;
using Tatara.Uaa.Errors;

namespace Tatara.Uaa.Scim;

/// <summary>A word or a quoted text of a filter.</summary>
internal readonly record struct ScimToken(string Value, bool IsText);

/// <summary>Cuts a filter into words, parentheses and quoted texts.</summary>
internal sealed class ScimTokens(string text)
{
    private int _at;

    /// <summary>The next token, null at the end.</summary>
    public ScimToken? Next()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
        if (_at == text.Length) return null;
        var start = _at;
        if (text[_at] == '"') return new ScimToken(Quoted(), IsText: true);
        if (text[_at] is '(' or ')') return new ScimToken(text[_at++].ToString(), IsText: false);
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not ('(' or ')' or '"')) _at++;
        return new ScimToken(text[start.._at], IsText: false);
    }

    /// <summary>Takes the next token if it is this word.</summary>
    public bool TakeWord(string word)
    {
        var start = _at;
        if (Next() is { IsText: false } token && token.Value.Equals(word, StringComparison.OrdinalIgnoreCase)) return true;
        _at = start;
        return false;
    }

    private string Quoted()
    {
        var value = new StringBuilder();
        for (_at++; _at < text.Length; _at++)
        {
            if (text[_at] == '"')
            {
                _at++;
                return value.ToString();
            }
            if (text[_at] == '\\' && _at + 1 < text.Length) _at++;
            value.Append(text[_at]);
        }
        throw UaaException.InvalidResource($"Invalid filter expression: [{text}]");
    }
}
