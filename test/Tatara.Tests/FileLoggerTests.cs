using Microsoft.Extensions.Logging;
using Tatara.Logging;

namespace Tatara.Tests;

public sealed class FileLoggerTests
{
    /// <summary>A device that is a full disk to whoever writes to it.</summary>
    private const string FullDisk = "/dev/full";

    [Fact]
    public void Log_DiskIsFull_GoesOn()
    {
        using var loggers = new FileLoggerProvider(FullDisk);
        var logger = loggers.CreateLogger("test");

        Should.NotThrow(() => logger.LogError("one line"));
        Should.NotThrow(() => logger.LogError("and another"));
    }
}
