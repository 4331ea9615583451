using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>Routers beside the one of `tatara up`, each a process on ports of its own; they share nothing but the bus.</summary>
[Collection(nameof(OnSharedPlatform)), Trait("Platform", PlatformFixture.OneMachineOnly)]
public sealed class SeveralRoutersTests(SharedPlatform shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly (int Http, int Https)[] Ports = [(18091, 18591), (18092, 18592)];

    [Fact]
    public async Task RunRouter_TwoOfThemOneDrained_WhoGoesByTheHealthCheckLosesNoRequest()
    {
        var platform = shared.Platform;
        using var cf = await Cf.LoggedInAsync(platform, "routed");
        (await cf.RunAsync("push", "routed", "-p", Path.Combine(Platform.Root, "samples", "binary"), "-b", "binary_buildpack", "-m", "64M")).Succeeded();
        var own = await RoutesAsync(platform, "127.0.0.1:25104");
        own.ShouldContain($"routed.{platform.Domain}");

        // 1. Both know all that the platform's own router knows.
        var (first, firstStatus) = await platform.StartRouterAsync(1, Ports[0].Http, Ports[0].Https, "--drain-wait", "3", "--drain-timeout", "30");
        var (second, secondStatus) = await platform.StartRouterAsync(2, Ports[1].Http, Ports[1].Https, "--drain-wait", "3", "--drain-timeout", "30");
        using (first)
        using (second)
        {
            foreach (var status in (string[])[firstStatus, secondStatus])
                await Eventually.BecomesAsync("a whole table", Patience, () => RoutesAsync(platform, status), own.SetEquals);

            // 2. Clients use whichever is healthy, and one of the routers is told to end.
            using var enough = new CancellationTokenSource();
            var users = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => UseAsync(platform, [(Ports[0].Https, firstStatus), (Ports[1].Https, secondStatus)], enough.Token)));
            await Task.WhenAny(users, Task.Delay(TimeSpan.FromSeconds(1)));
            Platform.Terminate(first.Id);
            await first.WaitForExitAsync(new CancellationTokenSource(Patience).Token);
            first.ExitCode.ShouldBe(0);
            await Task.WhenAny(users, Task.Delay(TimeSpan.FromSeconds(1)));
            await enough.CancelAsync();
            var answers = (await users).SelectMany(a => a).ToList();
            answers.Where(a => a != "200").ShouldBeEmpty();
            answers.Count.ShouldBeGreaterThan(20);

            // 3. It comes back and is whole again.
            var (again, againStatus) = await platform.StartRouterAsync(1, Ports[0].Http, Ports[0].Https, "--drain-wait", "0");
            using (again)
            {
                await Eventually.BecomesAsync("a whole table again", Patience, () => RoutesAsync(platform, againStatus), own.SetEquals);
                Platform.Terminate(again.Id);
                await again.WaitForExitAsync(new CancellationTokenSource(Patience).Token);
            }
            Platform.Terminate(second.Id);
            await second.WaitForExitAsync(new CancellationTokenSource(Patience).Token);
        }
        (await cf.RunAsync("delete", "routed", "-f", "-r")).Succeeded();
    }

    [Fact]
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
    private static async Task<List<string>> UseAsync(Platform platform, (int Port, string Status)[] routers, CancellationToken enough)
    {
        using var http = platform.CreateClient();
        using var plain = new HttpClient();
        var answers = new List<string>();
        for (var i = 0; !enough.IsCancellationRequested; i++)
        {
            var (port, status) = routers[i % routers.Length];
            if (!await IsWellAsync(plain, status)) continue;
            try
            {
                using var response = await http.GetAsync(new Uri($"https://routed.{platform.Domain}:{port}/"), CancellationToken.None);
                answers.Add(response.IsSuccessStatusCode ? "200" : $"{port}: {(int)response.StatusCode}");
            }
            catch (HttpRequestException e)
            {
                answers.Add($"{port}: {e.Message}");
            }
        }
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

    private static async Task<HashSet<string>> RoutesAsync(Platform platform, string status)
    {
        using var http = new HttpClient();
        var secrets = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(platform.Data, "secrets.json")));
        var password = secrets.RootElement.GetProperty("status_password").GetString();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"router:{password}")));
        var routes = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://{status}/routes")));
        return [.. routes.RootElement.EnumerateObject().Where(r => r.Value.GetArrayLength() > 0).Select(r => r.Name)];
    }
}
