namespace Tatara.Peers;

/// <summary>What a file says, read again when the file was replaced. While it cannot be read, what it said last holds.</summary>
internal sealed class Watched<T>(string file, Func<T> read) where T : class
{
    private readonly Lock _reading = new();
    private (DateTime Written, T Value)? _last;

    public T Value
    {
        get
        {
            lock (_reading)
            {
                var written = File.GetLastWriteTimeUtc(file);
                if (_last is { } last && last.Written == written) return last.Value;
                try
                {
                    _last = (written, read());
                }
                catch (Exception e) when (_last is not null && e is IOException or System.Text.Json.JsonException or System.Security.Cryptography.CryptographicException)
                {
                    // It is being replaced, or broken: what was known before is not lost over it.
                    return _last!.Value.Value;
                }
                return _last.Value.Value;
            }
        }
    }
}
