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

        // On a busy machine single times say little, so the fastest of each are compared until they are alike. Without
        // the hash an unknown user would be ten times as fast, however often one looks.
        var (known, unknown) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < 5 || (round < 100 && (unknown / known) is < 0.6 or > 1.7); round++)
        {
            known = Math.Min(known, await MillisecondsAsync(() => uaa.LogInAsync("admin", "wrong")));
            unknown = Math.Min(unknown, await MillisecondsAsync(() => uaa.LogInAsync("nobody", "wrong")));
        }
        (unknown / known).ShouldBeInRange(0.6, 1.7);
    }

    private static async Task<string> DescriptionAsync(RunningUaa uaa, string name, string password) =>
        (await JsonAsync(await uaa.LogInAsync(name, password))).GetProperty("error_description").GetString()!;

    private static async Task<double> MillisecondsAsync(Func<Task> what)
    {
        var watch = Stopwatch.StartNew();
        await what();
        return watch.Elapsed.TotalMilliseconds;
    }
}
