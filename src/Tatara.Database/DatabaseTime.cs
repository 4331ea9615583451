using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Hosting;

namespace Tatara.Database;

/// <summary>
/// The time that all machines on one PostgreSQL agree on: the server's. Rows that one machine writes (claims, deadlines) are judged
/// by another, whose own clock may be half a minute off. How far off is asked at the start and every few seconds.
/// </summary>
public sealed class DatabaseTime(DatabaseAddress address, TimeProvider machine) : TimeProvider, IHostedService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private long _offset;
    private Task _work = Task.CompletedTask;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => machine.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offset));

    /// <inheritdoc/>
    public override long GetTimestamp() => machine.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => machine.CreateTimer(callback, state, dueTime, period);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await SynchronizeAsync(cancellationToken);
        _work = RepeatAsync(_stopping.Token);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RepeatAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Interval, machine, cancellationToken);
            try
            {
                await SynchronizeAsync(cancellationToken);
            }
            catch (DbException)
            {
                // The difference from before still holds, and whoever needs the database says that it is away.
            }
        }
    }

    private async Task SynchronizeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await address.OpenAsync(cancellationToken);
        var asked = machine.GetUtcNow();
        var seconds = Convert.ToDouble(await connection.ScalarAsync("SELECT extract(epoch FROM clock_timestamp())", cancellationToken), CultureInfo.InvariantCulture);
        var middle = asked + (machine.GetUtcNow() - asked) / 2;
        Interlocked.Exchange(ref _offset, (DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(seconds) - middle).Ticks);
    }
}
