namespace Tatara.Cli.Terminal;

/// <summary>All that a command shows to or asks of the user goes through here.</summary>
internal interface ITerminal
{
    /// <summary>Whether output goes to a person's terminal rather than a file or pipe.</summary>
    bool IsInteractive { get; }

    /// <summary>A question is on the screen and waits for an answer.</summary>
    bool IsAsking { get; }

    void Line(string text = "");

    /// <summary>A sentence whose inserted values stand out.</summary>
    void Say(FormattableString sentence);

    void Header(string text);

    void Ok();

    /// <summary>To standard error, without failing.</summary>
    void Warn(string text);

    /// <summary>The message to standard error, then FAILED.</summary>
    void Fail(string message);

    /// <summary>A message to standard error alone.</summary>
    void Complain(string message);

    /// <summary>Overwrites the current line of an interactive terminal; does nothing elsewhere.</summary>
    void Progress(string text);

    /// <summary>Bytes as they are, to standard output.</summary>
    void Raw(ReadOnlySpan<byte> bytes);

    /// <summary>Columns of "key: value" rows; long values wrap on a terminal.</summary>
    void KeyValues(IReadOnlyList<(string Key, string Value)> rows);

    /// <summary>A table whose first row is its header.</summary>
    void Table(IReadOnlyList<string[]> rows, string prefix = "", int gap = Tables.DefaultGap, bool boldHeader = true);

    string Paint(string text, Paint paint);

    string Ask(string prompt);

    /// <summary>As <see cref="Ask"/>; null when standard input has ended.</summary>
    string? TryAsk(string prompt);

    /// <summary>As <see cref="Ask"/>, without showing what is typed.</summary>
    string AskSecret(string prompt);

    bool Confirm(string question);
}

internal enum Paint
{
    Bold,
    BoldCyan,
    BoldGreen,
    BoldRed,
    Red,
    Green,
}
