using System.Diagnostics;
using System.Net;
using static Tatara.Uaa.Tests.RunningUaa;

namespace Tatara.Uaa.Tests;

public sealed class LockoutTests
{
    private const string Locked = "Your account has been locked because of too many failed attempts to login.";

    [Theory]
    [InlineData("admin")]
    [InlineData("ADMIN")]
    [InlineData("nobody")]
    public async Task LogIn_FiveWrongPasswords_LocksKnownAndUnknownNamesAlike(string name)
    {
        await using var uaa = await RunningUaa.StartAsync();
        for (var i = 0; i < 5; i++) (await DescriptionAsync(uaa, name, "wrong")).ShouldBe("Bad credentials");

        (await DescriptionAsync(uaa, name, Password)).ShouldBe(Locked);
        (await DescriptionAsync(uaa, name.ToLowerInvariant(), "wrong")).ShouldBe(Locked);
    }

    [Fact]
    public async Task LogIn_AfterTheLock_WorksAgain()
    {
        await using var uaa = await RunningUaa.StartAsync();
        for (var i = 0; i < 5; i++) await uaa.LogInAsync("admin", "wrong");

        uaa.Time.Offset = TimeSpan.FromMinutes(5);

        (await uaa.LogInAsync("admin", Password)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task LogIn_RightPasswordInBetween_CountsAnew()
    {
        await using var uaa = await RunningUaa.StartAsync();
        for (var i = 0; i < 4; i++) await uaa.LogInAsync("admin", "wrong");
        await uaa.LogInAsync("admin", Password);
        for (var i = 0; i < 4; i++) await uaa.LogInAsync("admin", "wrong");

        (await uaa.LogInAsync("admin", Password)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task LogIn_ManyGuessesAtOnce_NoMoreThanFiveAreTried()
    {
        await using var uaa = await RunningUaa.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => DescriptionAsync(uaa, "admin", "guess " + i)));

        answers.Count(a => a == "Bad credentials").ShouldBe(5);
        answers.Count(a => a == Locked).ShouldBe(25);
    }

    [Fact]
    public async Task LogIn_UnknownUser_TakesAsLongAsAKnownOne()
    {
        await using var uaa = await RunningUaa.StartAsync(o => o with { LockoutAfterFailures = 1000 });
        await uaa.LogInAsync("admin", "wrong");
        await uaa.LogInAsync("nobody", "wrong");

        var known = await FastestAsync(() => uaa.LogInAsync("admin", "wrong"));
        var unknown = await FastestAsync(() => uaa.LogInAsync("nobody", "wrong"));

        // The work is some tens of milliseconds, so leaving it out would show as far more than this.
        (unknown / known).ShouldBeInRange(0.6, 1.7);
    }

    private static async Task<string> DescriptionAsync(RunningUaa uaa, string name, string password) =>
        (await JsonAsync(await uaa.LogInAsync(name, password))).GetProperty("error_description").GetString()!;

    private static async Task<double> FastestAsync(Func<Task> what)
    {
        var fastest = double.MaxValue;
        for (var i = 0; i < 8; i++)
        {
            var watch = Stopwatch.StartNew();
            await what();
            fastest = Math.Min(fastest, watch.Elapsed.TotalMilliseconds);
        }
        return fastest;
    }
}
