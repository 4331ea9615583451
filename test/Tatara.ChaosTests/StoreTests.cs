using Xunit.Abstractions;

namespace Tatara.ChaosTests;

/// <summary>What keeps rows and bits goes away. What was acknowledged before is there afterwards, and apps need neither to run.</summary>
[Collection(nameof(OnChaosBed))]
public sealed class StoreTests(ChaosBed chaos, ITestOutputHelper output) : ChaosCase(chaos, output)
{
    [Theory]
    [InlineData(3)]
    [InlineData(60)]
    public async Task PostgreSql_CrashesAndIsAway_WhatWasAcknowledgedIsThere(int seconds)
    {
        var name = $"written-{seconds}";
        await using var writer = await Writer.StartAsync(Chaos, name);
        (await Chaos.TryPushAsync(name, "binary", "-b", "binary_buildpack")).Succeeded();
        await SurviveAsync($"PostgreSQL away for {seconds} s while an instance crashes", 1, async () =>
        {
            await Bed.Rows.StopAsync(crash: true);
            Chaos.Crash("binary");
            var refused = await Chaos.Cf.RunAsync("apps");
            refused.ExitCode.ShouldBe(1, refused.Output);
            await Task.Delay(TimeSpan.FromSeconds(seconds));
            await Bed.Rows.StartAgainAsync();
        });
        await writer.NothingIsLostAsync();
        (await Chaos.Cf.RunAsync("app", name)).Succeeded().ShouldContain("1/1");
        await Chaos.DeleteAsync(name);
    }

    /// <summary>What is on its way to S3 already waits some minutes for it.</summary>
    [Fact]
    public async Task S3_IsAway_PushIsRefusedAndAppsRunOn()
    {
        await SurviveAsync("S3 away until a push is refused", 0, async () =>
        {
            await Bed.Bits.KillAsync();
            var refused = await Chaos.TryPushAsync("late", "binary", "-b", "binary_buildpack");
            refused.ExitCode.ShouldBe(1, refused.Output);
            await Bed.Bits.StartAgainAsync();
        });
        (await Chaos.TryPushAsync("late", "binary", "-b", "binary_buildpack")).Succeeded();
        await Chaos.DeleteAsync("late");
    }
}
