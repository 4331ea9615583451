using Tatara.Protocol;
using Tatara.Testing.Beds;
using Xunit.Abstractions;

namespace Tatara.ChaosTests;

/// <summary>
/// Messages that are lost, come twice, late or in another order, while somebody pushes, scales, stops and deletes. The messages are the platform's
/// own: the test takes the bus, and says them again or keeps members from saying them.
/// </summary>
[Collection(nameof(OnChaosBed))]
public sealed class MessageTests(ChaosBed chaos, ITestOutputHelper output) : ChaosCase(chaos, output)
{
    /// <summary>All that goes over the bus but answers, whose subjects are of one use.</summary>
    private static readonly string[] s_spoken =
    [
        Subjects.RouterRegister, Subjects.RouterUnregister, Subjects.RouterStart, Subjects.RouterGreet, "dea.>", "staging.>", Subjects.DropletExited, Subjects.DropletUpdated,
        "hm9000.>", Subjects.HealthManagerStart, Subjects.AppState, "tatara.>", "_INBOX.>",
    ];

    [Fact, Trait("Suite", "Short")]
    public async Task EveryMessageTwice_NothingHappensTwice()
    {
        await using var bus = await TakenBus.TakeAsync(Bed);
        await SurviveAsync("every message comes twice", 1, async () =>
        {
            bus.Spoken += message => _ = bus.RepeatAsync(message);
            Chaos.Crash("binary");
            await EndAsync("twice", await LiveAsync("twice"));
        }, members: false);
    }

    [Fact]
    public async Task MessagesComeAgainLateAndInAnotherOrder_AreHealed()
    {
        var dice = new Random(89);
        await using var bus = await TakenBus.TakeAsync(Bed);
        await SurviveAsync("all messages of a while come again, late and in another order", 1, async () =>
        {
            Chaos.Crash("binary");
            var app = await LiveAsync("late");
            var instances = Instances.Of(app);
            var late = bus.Heard.Where(message => !message.Subject.StartsWith("_INBOX", StringComparison.Ordinal)).ToArray();
            dice.Shuffle(late);
            Output.WriteLine($"{late.Length} messages of {string.Join(", ", late.CountBy(message => message.Subject).OrderBy(s => s.Key).Select(s => $"{s.Key} {s.Value}"))}");
            foreach (var message in late) await bus.RepeatAsync(message);
            await Chaos.WholeAsync(TimeSpan.FromSeconds(90), members: false);
            Instances.Of(app).ShouldBe(instances, ignoreOrder: true, "old orders are not for instances of a newer version");
            await EndAsync("late", app);
        }, members: false);
    }

    /// <summary>Each message on a subject is lost, of whoever says it, while an instance crashes and another app is changed.</summary>
    [Theory]
    [InlineData(Subjects.DropletExited), InlineData(Subjects.DropletUpdated)]
    [InlineData(Subjects.RouterRegister), InlineData(Subjects.RouterUnregister)]
    [InlineData(Subjects.DeaHeartbeat), InlineData(Subjects.DeaSilent), InlineData(Subjects.DeaAdvertise), InlineData(Subjects.DeaStop), InlineData("dea.*.start")]
    [InlineData("hm9000.>")]
    public async Task MessagesOfASubjectAreLost_IsHealed(string subject)
    {
        await using var bus = await TakenBus.TakeAsync(Bed);
        await SurviveAsync($"every {subject} is lost for {Lost.TotalSeconds:0} s", 1, async () =>
        {
            bus.Silence(Members.Select(member => (member, subject)));
            Chaos.Crash("binary");
            (await Chaos.Cf.RunAsync(FewerPages)).Succeeded();
            await Task.Delay(Lost);
            bus.LetSpeak();
            (await Chaos.Cf.RunAsync(AllPages)).Succeeded();
        }, members: false);
    }

    /// <summary>An app is pushed meanwhile: it is staged all the same, and no line of its log is missing or doubled.</summary>
    [Theory]
    [InlineData("staging.*.start"), InlineData("tatara.staging.reply.*"), InlineData(Subjects.StagingAdvertise), InlineData(Subjects.Logs)]
    public async Task MessagesOfAPushAreLost_ThePushIsDone(string subject)
    {
        var app = new NumberedLines(Chaos, "without-" + string.Concat(subject.Where(char.IsAsciiLetter)));
        await using var bus = await TakenBus.TakeAsync(Bed);
        await SurviveAsync($"every {subject} is lost for {Lost.TotalSeconds:0} s of a push", 0, async () =>
        {
            bus.Silence(Members.Select(member => (member, subject)));
            var push = app.PushAsync();
            await Task.Delay(Lost);
            bus.LetSpeak();
            await push;
            await app.ReadAsync();
        }, members: false);
        await app.DeleteAsync();
    }

    /// <summary>Every member is silent half of the time, each at other moments.</summary>
    [Fact]
    public async Task HalfOfAllMessagesAreLost_IsHealed()
    {
        var dice = new Random(89);
        await using var bus = await TakenBus.TakeAsync(Bed);
        await SurviveAsync("half of all messages are lost for 20 s", 1, async () =>
        {
            Chaos.Crash("binary");
            for (var turn = 0; turn < 40; turn++)
            {
                bus.LetSpeak();
                bus.Silence(Members.Where(_ => dice.Next(2) == 0).SelectMany(member => s_spoken.Select(subject => (member, subject))));
                await Task.Delay(500);
            }
            bus.LetSpeak();
        }, members: false);
    }

    private static string[] FewerPages => ["scale", "page", "-i", $"{ChaosBed.InstancesOfEach - 1}"];

    private static string[] AllPages => ["scale", "page", "-i", $"{ChaosBed.InstancesOfEach}"];

    private static TimeSpan Lost => TimeSpan.FromSeconds(8);

    private IEnumerable<string> Members => Bed.Hosts.SelectMany(host => host.Plan.Roles.Select(role => $"{host.Name}.{role}"));

    /// <summary>Most of an app's life: what is said of it on the bus is of every kind.</summary>
    /// <returns>Its guid.</returns>
    private async Task<string> LiveAsync(string name)
    {
        (await Chaos.TryPushAsync(name, "binary", "-b", "binary_buildpack", "-i", "2")).Succeeded();
        var guid = (await Chaos.Cf.RunAsync("app", name, "--guid")).Succeeded().Trim();
        foreach (var step in (string[][])[["scale", name, "-i", "3"], ["scale", name, "-i", "1"], ["restart", name], ["stop", name], ["start", name], FewerPages, AllPages])
            (await Chaos.Cf.RunAsync(step)).Succeeded();
        return guid;
    }

    private async Task EndAsync(string name, string app)
    {
        await Chaos.DeleteAsync(name);
        await ChaosBed.NothingOfAsync(app);
    }
}
