namespace Tatara.Cli.Upload;

/// <summary>Matches one name: * is any text, ? any letter, [a-z] and [!a-z] a choice, \ takes the next letter as it is.</summary>
internal static class Glob
{
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        // After a mismatch the last star takes one more letter; earlier stars never need to.
        var (star, resume) = (-1, 0);
        var (at, letter) = (0, 0);
        while (letter < name.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                star = ++at;
                resume = letter;
            }
            else if (at < pattern.Length && MatchesOne(pattern[at..], name[letter], out var length))
            {
                at += length;
                letter++;
            }
            else if (star >= 0)
            {
                at = star;
                letter = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].TrimStart('*').IsEmpty;
    }

    private static bool MatchesOne(ReadOnlySpan<char> pattern, char letter, out int length)
    {
        length = 1;
        switch (pattern[0])
        {
            case '?':
                return true;
            case '\\' when pattern.Length > 1:
                length = 2;
                return pattern[1] == letter;
            case '[' when EndOfChoice(pattern) is var end and > 0:
                length = end + 1;
                return IsChosen(pattern[1..end], letter);
            default:
                return pattern[0] == letter;
        }
    }

    private static int EndOfChoice(ReadOnlySpan<char> pattern)
    {
        // A bracket right at the start is one of the letters.
        var first = pattern.Length > 1 && pattern[1] is '!' or '^' ? 2 : 1;
        var end = pattern.Length > first + 1 ? pattern[(first + 1)..].IndexOf(']') : -1;
        return end < 0 ? -1 : end + first + 1;
    }

    private static bool IsChosen(ReadOnlySpan<char> choice, char letter)
    {
        var isNegated = choice[0] is '!' or '^';
        if (isNegated) choice = choice[1..];
        for (var index = 0; index < choice.Length; index++)
        {
            if (index + 2 < choice.Length && choice[index + 1] == '-')
            {
                if (letter >= choice[index] && letter <= choice[index + 2]) return !isNegated;
                index += 2;
            }
            else if (choice[index] == letter)
            {
                return !isNegated;
            }
        }

        return isNegated;
    }
}
