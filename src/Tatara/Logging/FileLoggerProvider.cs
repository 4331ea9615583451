using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Tatara.Logging;

/// <summary>
/// The platform's own log as a file of bounded size, with one older file beside it. Every line carries its time, level
/// and category; a disk that is full costs lines and nothing else.
/// </summary>
/// <param name="asJson">Each line is an object, with the values of its message as fields.</param>
internal sealed class FileLoggerProvider(string path, bool asJson = false) : ILoggerProvider
{
    /// <summary>Two of these are kept: enough for days of ordinary running.</summary>
    private const long MaxBytes = 16 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private FileStream? _file;

    private bool IsJson => asJson;

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, name => new FileLogger(this, name));

    public void Dispose()
    {
        lock (_lock) _file?.Dispose();
    }

    private void Write(string line)
    {
        lock (_lock)
        {
            try
            {
                _file ??= Open();
                if (_file.Length > MaxBytes)
                {
                    _file.Dispose();
                    File.Move(path, path + ".1", overwrite: true);
                    _file = Open();
                }
                _file.Write(Encoding.UTF8.GetBytes(line));
                _file.Flush();
            }
            catch (IOException)
            {
                _file?.Dispose();
                _file = null;
            }
        }
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0, // What the disk did not take would be written once more, and fail once more, when the file is closed.
        });
    }

    private sealed class FileLogger(FileLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (provider.IsJson)
            {
                provider.Write(JsonLine.Of(DateTime.UtcNow, logLevel, category, formatter(state, exception), state, exception));
                return;
            }
            var line = new StringBuilder()
                .Append(DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))
                .Append(' ').Append(logLevel.ToString().ToUpperInvariant())
                .Append(' ').Append(category.AsSpan(category.LastIndexOf('.') + 1))
                .Append(' ').Append(formatter(state, exception).ReplaceLineEndings(" "))
                .Append('\n');
            if (exception is not null) line.Append(exception).Append('\n');
            provider.Write(line.ToString());
        }
    }
}
