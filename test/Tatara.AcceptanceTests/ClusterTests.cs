using Tatara.Testing;
using Tatara.Testing.Beds;

namespace Tatara.AcceptanceTests;

/// <summary>A platform grows from one host to three and shrinks again, each a network namespace with an address of its own.</summary>
public sealed class ClusterTests
{
    private const string Hello = "Hello from a binary";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly string s_app = Path.Combine(Platform.Root, "samples", "binary");

    private static readonly BedPlan s_plan = new(
        new("host-1", 11, "west", "authority", "bus", "cloud-controller", "uaa", "log-cache", "health-manager", "router"),
        new("host-2", 12, "east", "dea"),
        new("host-3", 13, "west", "dea", "router", "bus")) { HasStores = false };

    [Fact]
    public async Task Join_FurtherHosts_RunAppsAndTakeOverFromThoseThatLeave()
    {
        await using var bed = await Bed.PrepareAsync(70, s_plan);
        var (first, second, third) = (bed["host-1"], bed["host-2"], bed["host-3"]);

        // 1. The founding host, with all roles but a DEA's.
        await bed.FoundAsync();
        await first.StartAsOneAsync();

        // 2. A host that joins as a DEA; its token works once.
        var token = Succeeded(await OperateAsync("token", "create", "--role", "dea")).Trim();
        Succeeded(await bed.JoinAsync(second, token));
        Failed(await bed.JoinAsync(third, token)).ShouldContain("used already");
        Failed(await OperateAsync("token", "create", "--role", "uaa")).ShouldContain("a second Cloud Controller or UAA cannot reach them");
        await second.StartAsOneAsync();

        // 3. An app that runs there answers through the router here.
        await bed.AnswersAsync(first);
        using var cf = await Cf.LoggedInAsync(bed.Platform, "cluster");
        var pushed = (await cf.RunAsync("push", "hello", "-p", s_app, "-b", "binary_buildpack", "-m", "64M")).Succeeded();
        pushed.ShouldContain("Cell dea-host-2");
        (await GetAsync(bed, first)).ShouldContain(Hello);

        // 4. A third host: one more DEA, router and bus. Each router leads to each app.
        token = Succeeded(await OperateAsync("token", "create", "--role", "dea", "--role", "router", "--role", "bus")).Trim();
        Succeeded(await bed.JoinAsync(third, token));
        await third.StartAsOneAsync();
        Failed(await third.RunAsync("run", "dea", "--config", third.ConfigurationFile)).ShouldContain("runs on");
        await Eventually.BecomesAsync("an answer of the app through the new router", Patience, () => GetAsync(bed, third), said => said.Contains(Hello, StringComparison.Ordinal));

        // 5. A DEA is drained from the first host; its process ends, and it comes back.
        Succeeded(await OperateAsync("drain", "dea-host-2")).ShouldContain("dea-host-2 is drained and has ended");
        await second.EndedAsync("dea");
        (await GetAsync(bed, first)).ShouldContain(Hello);
        await second.StartAsOneAsync();

        // 6. The host that runs the app now, a bus of its own included, is removed: nobody hears it any more, and the app runs elsewhere.
        Succeeded(await OperateAsync("remove", "host-3"));
        await Eventually.BecomesAsync("the app on the other host again", Patience, async () => (await cf.RunAsync("logs", "hello", "--recent")).Output,
            said => said.Split("Cell dea-host-2 successfully created container for instance").Length > 2);
        first.Log().ShouldContain("is on a host that was removed from the platform");
        await Eventually.BecomesAsync("the app through the router that stayed", Patience, () => GetAsync(bed, first), said => said.Contains(Hello, StringComparison.Ordinal));
        await Eventually.BecomesAsync("the word of the removed host", Patience, () => Task.FromResult(third.Log()), said => said.Contains("host-3 was removed from the platform", StringComparison.Ordinal));

        // 7. Nobody was refused what its role needs.
        foreach (var host in bed.Hosts) host.Log().ShouldNotContain("Permissions Violation");

        Task<(int ExitCode, string Output)> OperateAsync(params string[] command) => first.RunAsync([.. command, "--config", first.ConfigurationFile]);
    }

    private static string Succeeded((int ExitCode, string Output) result)
    {
        result.ExitCode.ShouldBe(0, result.Output);
        return result.Output;
    }

    private static string Failed((int ExitCode, string Output) result)
    {
        result.ExitCode.ShouldBe(1, result.Output);
        return result.Output;
    }

    /// <summary>What the app says through the router of a host.</summary>
    private static async Task<string> GetAsync(Bed bed, BedHost router)
    {
        var platform = bed.Through(router);
        using var http = platform.CreateClient();
        try
        {
            return await http.GetStringAsync(platform.AppUrl("hello"));
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }
}
