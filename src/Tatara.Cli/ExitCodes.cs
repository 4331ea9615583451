namespace Tatara.Cli;

internal static class ExitCodes
{
    public const int Success = 0;
    public const int Failure = 1;

    /// <summary>`cf curl --fail` and an HTTP error, as curl itself.</summary>
    public const int HttpError = 22;

    /// <summary>128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
