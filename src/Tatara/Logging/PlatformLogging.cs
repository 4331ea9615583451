using Microsoft.Extensions.Logging.Console;

namespace Tatara.Logging;

/// <summary>Where the platform's log lines go: always to its file, and to the terminal as far as the command wants.</summary>
internal static class PlatformLogging
{
    public static Action<ILoggingBuilder> To(string file, LogLevel? console)
    {
        var provider = new FileLoggerProvider(file);
        return logging =>
        {
            logging.ClearProviders();
            logging.SetMinimumLevel(LogLevel.Information);
            logging.AddFilter("Microsoft", LogLevel.Warning);
            logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Error);
            logging.AddProvider(provider);
            if (console is not { } level) return;
            logging.AddSimpleConsole(format =>
            {
                format.SingleLine = true;
                format.TimestampFormat = "HH:mm:ss.fff ";
                format.UseUtcTimestamp = true;
            });
            logging.AddFilter<ConsoleLoggerProvider>(null, level);
        };
    }
}
