using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tatara.AcceptanceTests.Machines;
using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>Several routers behind a load balancer; they share nothing but the bus.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class SeveralRoutersTests(SharedPlatform shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Drain_OneOfTwoRouters_WhoGoesByTheHealthCheckLosesNoRequest()
    {
        var platform = shared.Platform;
        using var cf = await Cf.LoggedInAsync(platform, "routed");
        (await cf.RunAsync("push", "routed", "-p", Path.Combine(Platform.Root, "samples", "binary"), "-b", "binary_buildpack", "-m", "64M")).Succeeded();

        // 1. All know the same, and all of it.
        var routers = await shared.Machines.BalancedRoutersAsync();
        var leaving = routers[^1];
        await AreWholeAsync(routers);

        // 2. Clients use whichever is healthy, and one of the routers is told to end.
        using var enough = new CancellationTokenSource();
        var users = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => UseAsync(routers, enough.Token)));
        await Task.WhenAny(users, Task.Delay(TimeSpan.FromSeconds(1)));
        (await leaving.DrainAsync()).ShouldBe(0);
        await Task.WhenAny(users, Task.Delay(TimeSpan.FromSeconds(1)));
        await enough.CancelAsync();
        var answers = (await users).SelectMany(a => a).ToList();
        answers.Where(a => a != "200").ShouldBeEmpty();
        answers.Count.ShouldBeGreaterThan(20);

        // 3. It comes back and is whole again.
        await leaving.StartAsync();
        await AreWholeAsync(routers);
        foreach (var router in routers) await router.DisposeAsync();
        (await cf.RunAsync("delete", "routed", "-f", "-r")).Succeeded();
    }

    [Fact, Trait("Platform", PlatformFixture.OneMachineOnly)]
    public async Task RunRouter_TwiceOrWithoutAPlatform_SaysWhy()
    {
        var platform = shared.Platform;
        var (running, _) = await platform.StartRouterAsync(3, 18093, 18593, "--drain-wait", "0");
        using (running)
        {
            var (exitCode, output) = await platform.RunAsync("run", "router", "--index", "3");
            (exitCode, output.Contains("router-3 runs already.", StringComparison.Ordinal)).ShouldBe((1, true), output);
            Platform.Terminate(running.Id);
            await running.WaitForExitAsync(new CancellationTokenSource(Patience).Token);
        }
        var (taken, why) = await platform.RunAsync("run", "router", "--index", "4");
        (taken, why.Contains($"Port {platform.HttpPort} on 127.0.0.1 cannot be used", StringComparison.Ordinal)).ShouldBe((1, true), why);
        var (refused, said) = await platform.RunAsync("run", "router", "--index", "0");
        (refused, said.Contains("count from 1", StringComparison.Ordinal)).ShouldBe((1, true), said);
    }

    /// <summary>As a load balancer does: asks for health before each request, and for an answer where it is well.</summary>
    private static async Task<List<string>> UseAsync(IReadOnlyList<IRouterProcess> routers, CancellationToken enough)
    {
        var clients = routers.Select(router => router.Platform.CreateClient()).ToList();
        using var plain = new HttpClient();
        var answers = new List<string>();
        for (var i = 0; !enough.IsCancellationRequested; i++)
        {
            var (router, http) = (routers[i % routers.Count], clients[i % routers.Count]);
            if (!await IsWellAsync(plain, router.Status)) continue;
            try
            {
                using var response = await http.GetAsync(router.Platform.AppUrl("routed"), CancellationToken.None);
                answers.Add(response.IsSuccessStatusCode ? "200" : $"{router.Status}: {(int)response.StatusCode}");
            }
            catch (HttpRequestException e)
            {
                answers.Add($"{router.Status}: {e.Message}");
            }
        }
        foreach (var client in clients) client.Dispose();
        return answers;
    }

    private static async Task<bool> IsWellAsync(HttpClient http, string status)
    {
        try
        {
            using var response = await http.GetAsync(new Uri($"http://{status}/healthz"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Until all have the app's route, the API's, and the same ones besides.</summary>
    private Task<bool> AreWholeAsync(IReadOnlyList<IRouterProcess> routers) => Eventually.BecomesAsync("a whole table in each router", Patience, async () =>
    {
        var tables = await Task.WhenAll(routers.Select(RoutesAsync));
        return tables.All(table => table.SetEquals(tables[0]) && table.IsSupersetOf(((string[])["routed", "api", "uaa", "log-cache"]).Select(host => $"{host}.{shared.Platform.Domain}")));
    }, whole => whole);

    private static async Task<HashSet<string>> RoutesAsync(IRouterProcess router)
    {
        using var http = new HttpClient();
        var secrets = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(router.Platform.Data, "secrets.json")));
        var password = secrets.RootElement.GetProperty("status_password").GetString();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"router:{password}")));
        var routes = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://{router.Status}/routes")));
        return [.. routes.RootElement.EnumerateObject().Where(r => r.Value.GetArrayLength() > 0).Select(r => r.Name)];
    }
}
