namespace Tatara.Cli;

/// <summary>A failure the user is told about in a sentence; anything else that is thrown is a bug.</summary>
internal class CfException : Exception
{
    public CfException(string message) : base(message)
    {
    }

    public CfException(string message, Exception inner) : base(message, inner)
    {
    }
}

/// <summary>The command line itself is wrong: the command's help follows the message.</summary>
/// <param name="message">Without the leading "Incorrect Usage: ".</param>
internal sealed class UsageException(string message) : CfException($"Incorrect Usage: {message}")
{
    /// <summary>A flag or argument is missing or unknown, so that nothing was tried and nothing FAILED.</summary>
    public bool IsFlagError { get; init; }
}
