namespace Tatara.MessageBus;

/// <summary>What may stand in a protocol line: anything else would end the line early and be read as the next command.</summary>
internal static class Subject
{
    /// <summary>The server closes the connection on a line of more than 4 KB.</summary>
    private const int MaxLength = 1024;

    public static void Validate(string subject)
    {
        if (subject.Length is 0 or > MaxLength) throw new ArgumentException($"A subject of {subject.Length} characters: 1 to {MaxLength} are allowed.", nameof(subject));
        foreach (var c in subject)
            if (c <= ' ' || c == 0x7f) throw new ArgumentException($"'{subject}' is not a subject: it has white space or control characters.", nameof(subject));
    }
}
