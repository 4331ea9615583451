using System.Diagnostics;
using Tatara.Database.Leases;
using Tatara.Testing;

namespace Tatara.Database.Tests;

public sealed class LeaseTests
{
    private const string Table = """CREATE TABLE leases ("Name" TEXT NOT NULL PRIMARY KEY, "Holder" TEXT NOT NULL, "ExpiresAt" BIGINT NOT NULL)""";
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql)]
    public async Task Take_HeldByAnother_IsRefusedUntilReleasedOrRunOut(DatabaseEngine engine)
    {
        using var database = await CreateAsync(engine);
        var store = new LeaseStore(database.Address);

        (await store.TakeAsync("role", "one", Long, default)).ShouldBeTrue();
        (await store.TakeAsync("role", "two", Long, default)).ShouldBeFalse();
        (await store.TakeAsync("other role", "two", Long, default)).ShouldBeTrue();
        (await store.TakeAsync("role", "one", Long, default)).ShouldBeTrue("it renews");

        await store.ReleaseAsync("role", "two", default);
        (await store.TakeAsync("role", "two", Long, default)).ShouldBeFalse("another's release is none");
        await store.ReleaseAsync("role", "one", default);
        (await store.TakeAsync("role", "two", TimeSpan.Zero, default)).ShouldBeTrue();
        (await store.TakeAsync("role", "one", Long, default)).ShouldBeTrue("it had run out");
    }

    [Theory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql)]
    public async Task Take_ByManyAtOnce_IsOnes(DatabaseEngine engine)
    {
        using var database = await CreateAsync(engine);
        var store = new LeaseStore(database.Address);

        var taken = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => store.TakeAsync("role", $"holder-{i}", Long, default))));

        taken.Count(t => t).ShouldBe(1);
    }

    [Theory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql)]
    public async Task Holder_Killed_AnotherFollowsAndNeverAreTwo(DatabaseEngine engine)
    {
        using var database = await CreateAsync(engine);
        var killed = new Cut();
        await using var one = Candidate(database, "one", killed);
        await using var two = Candidate(database, "two", new Cut());
        one.Start();
        await UntilAsync(() => one.IsHeld);
        two.Start();

        killed.Now = true; // It reaches the database no more; so it would be with its process.
        var waited = Stopwatch.StartNew();
        await UntilAsync(() =>
        {
            var (first, second) = (one.IsHeld, two.IsHeld);
            (first && second).ShouldBeFalse();
            return second;
        });

        one.IsHeld.ShouldBeFalse();
        waited.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(2), "the lease was the other's");
    }

    [Theory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql)]
    public async Task Holder_Stops_AnotherFollowsWithoutWaitingForTheEnd(DatabaseEngine engine)
    {
        using var database = await CreateAsync(engine);
        var changes = new List<bool>();
        var one = Candidate(database, "one", new Cut());
        one.Changed += changes.Add;
        one.Start();
        await UntilAsync(() => one.IsHeld);

        await one.DisposeAsync();

        changes.ShouldBe([true, false]);
        (await new LeaseStore(database.Address).TakeAsync("role", "two", Long, default)).ShouldBeTrue();
    }

    [Fact]
    public void LifeAndInterval_Together_AreLessThanFiveSeconds() => (Lease.Life + Lease.Interval).ShouldBeLessThan(TimeSpan.FromSeconds(5));

    [Fact]
    public async Task DatabaseTime_MachineIsHalfAMinuteOff_IsTheServersTime()
    {
        var database = await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync();
        var time = new DatabaseTime(database, new ShiftedClock(TimeSpan.FromSeconds(30)));

        await time.StartAsync(default);

        (time.GetUtcNow() - TimeProvider.System.GetUtcNow()).Duration().ShouldBeLessThan(TimeSpan.FromSeconds(10));
        await time.StopAsync(default);
    }

    private static async Task<EmptyDatabase> CreateAsync(DatabaseEngine engine)
    {
        var database = await EmptyDatabase.CreateAsync(engine);
        await database.ExecuteAsync((database.Address.Schema is { } schema ? $"CREATE SCHEMA {schema};" : "") + Table);
        return database;
    }

    private static Lease Candidate(EmptyDatabase database, string holder, Cut cut)
    {
        var store = new LeaseStore(database.Address);
        return new Lease(
            (life, stop) => cut.Now ? throw new IOException("cut off") : store.TakeAsync("role", holder, life, stop),
            stop => cut.Now ? throw new IOException("cut off") : store.ReleaseAsync("role", holder, stop),
            TimeProvider.System);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var waited = Stopwatch.StartNew(); !condition(); await Task.Delay(5))
            if (waited.Elapsed > TimeSpan.FromSeconds(30)) throw new TimeoutException();
    }

    private sealed class Cut
    {
        public volatile bool Now;
    }

    private sealed class ShiftedClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
