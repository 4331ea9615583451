using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tatara.Logging;

namespace Tatara.Tests;

public sealed partial class JsonLineTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-log-").FullName;

    [Fact]
    public void Log_WithValuesAndAnException_IsAnObjectALine()
    {
        var file = Path.Combine(_directory, "log");
        using (var loggers = LoggerFactory.Create(l => l.AddProvider(new FileLoggerProvider(file, asJson: true))))
        {
            var logger = loggers.CreateLogger("Tatara.Router.Registry.RouteRegistry");
            Log.Served(logger, "a\nb\"c", 3, null, new InvalidOperationException("boom"));
            Log.Served(logger, "second", 4, "x", null);
        }

        var lines = File.ReadAllLines(file);
        lines.Length.ShouldBe(2);
        var first = JsonDocument.Parse(lines[0]).RootElement;
        first.GetProperty("level").GetString().ShouldBe("Warning");
        first.GetProperty("category").GetString().ShouldBe("Tatara.Router.Registry.RouteRegistry");
        first.GetProperty("host_name").GetString().ShouldBe("a\nb\"c");
        first.GetProperty("count").GetInt32().ShouldBe(3);
        first.GetProperty("message").GetString()!.ShouldStartWith("3 of a");
        first.GetProperty("exception").GetString()!.ShouldContain("boom");
        JsonDocument.Parse(lines[1]).RootElement.TryGetProperty("exception", out _).ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} of {HostName} for {App}")]
        public static partial void Served(ILogger logger, string hostName, int count, string? app, Exception? error);
    }
}
