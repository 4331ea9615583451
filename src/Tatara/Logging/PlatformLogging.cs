using Microsoft.Extensions.Logging.Console;

namespace Tatara.Logging;

/// <summary>Where the platform's log lines go: always to its file, and to the terminal as far as the command wants.</summary>
internal static class PlatformLogging
{
    public static Action<ILoggingBuilder> To(string file, LogLevel? console, bool asJson = false)
    {
        var provider = new FileLoggerProvider(file, asJson);
        return logging =>
        {
            logging.ClearProviders();
            logging.SetMinimumLevel(LogLevel.Information);
            logging.AddFilter((category, level) => level >= LeastFor(category));
            logging.AddProvider(provider);
            if (console is not { } level) return;
            logging.AddSimpleConsole(format =>
            {
                format.SingleLine = true;
                format.TimestampFormat = "HH:mm:ss.fff ";
                format.UseUtcTimestamp = true;
            });
            logging.AddFilter<ConsoleLoggerProvider>((category, each) => each >= level && each >= LeastFor(category));
        };
    }

    /// <summary>The web server and the database layer speak only when something is wrong: a line for each statement helps nobody.</summary>
    private static LogLevel LeastFor(string? category) =>
        category is null || !category.StartsWith("Microsoft", StringComparison.Ordinal) ? LogLevel.Information
        : category.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal) ? LogLevel.Error
        : LogLevel.Warning;
}
