using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>An app that is no web server, reached by a port of its own.</summary>
[Collection(nameof(OnHarmedPlatform))]
public sealed class TcpRouteTests(HarmedPlatform harmed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task TcpApp_MappedToAPort_IsReachedThereUntilTheRouteIsDeleted()
    {
        var (domain, first, last) = ($"ports.{harmed.Platform.Domain}", harmed.Machines.TcpPorts.First, harmed.Machines.TcpPorts.Last);
        var chosen = first + 5;
        using var cf = await Cf.LoggedInAsync(harmed.Platform, "tcp");
        (await cf.RunAsync("router-groups")).Succeeded().ShouldContain("default-tcp   tcp");
        (await cf.RunAsync("create-shared-domain", domain, "--router-group", "other")).Failed().ShouldContain("Router group 'other' not found.");
        (await cf.RunAsync("create-shared-domain", domain, "--router-group", "default-tcp")).Succeeded();
        (await cf.RunAsync("domains")).Succeeded().ShouldMatch($@"{Regex.Escape(domain)}\s+shared\s+tcp");
        (await cf.RunAsync("push", "echo", "-p", Path.Combine(Platform.Root, "samples", "tcp-echo"), "-b", "binary_buildpack", "-m", "64M", "--no-route")).Succeeded();

        (await cf.RunAsync("create-route", domain, "--port", $"{last + 1}")).Failed()
            .ShouldContain($"Port '{last + 1}' is not available. Try a different port or use a different domain.");
        (await cf.RunAsync("map-route", "echo", domain, "--port", $"{chosen}")).Succeeded().ShouldContain($"{domain}:{chosen}");
        await GreetedAsync(chosen, instances: 1);
        (await cf.RunAsync("app", "echo")).Succeeded().ShouldContain($"{domain}:{chosen}");
        (await cf.RunAsync("routes")).Succeeded().ShouldMatch($@"{Regex.Escape(domain)}\s+{chosen}\s+tcp\s+tcp\s+echo");

        var random = int.Parse(Regex.Match((await cf.RunAsync("create-route", domain)).Succeeded(), $@"Route {Regex.Escape(domain)}:(\d+) has been created").Groups[1].Value);
        random.ShouldBeInRange(first, last);
        (await cf.RunAsync("map-route", "echo", domain, "--port", $"{random}")).Succeeded();
        await GreetedAsync(random, instances: 1);

        (await cf.RunAsync("scale", "echo", "-i", "2")).Succeeded();
        await GreetedAsync(chosen, instances: 2);

        await harmed.Machines.KillAsync();
        await harmed.Machines.StartAgainAsync();
        await GreetedAsync(chosen, instances: 2);

        (await cf.RunAsync("delete-route", domain, "--port", $"{chosen}", "-f")).Succeeded();
        await Eventually.BecomesAsync("a closed port", Patience, () => IsClosedAsync(chosen), closed => closed);
        await GreetedAsync(random, instances: 2);
        (await cf.RunAsync("delete", "echo", "-f", "-r")).Succeeded();
        (await cf.RunAsync("delete-shared-domain", domain, "-f")).Succeeded();
    }

    /// <summary>Talks to the port, at every router, until that many instances have answered.</summary>
    private Task<int> GreetedAsync(int port, int instances) => Eventually.BecomesAsync($"{instances} instances behind port {port}", Patience, async () =>
    {
        var greetings = new HashSet<string>();
        foreach (var router in harmed.Machines.Routers)
            for (var i = 0; i < instances * 6; i++)
                if (await TalkAsync(router, port) is { } greeting) greetings.Add(greeting);
        return greetings.Count;
    }, count => count == instances);

    private static async Task<string?> TalkAsync(Platform router, int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(router.RouterAddress, port);
            using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
            var greeting = await reader.ReadLineAsync();
            await client.GetStream().WriteAsync("ping\n"u8.ToArray());
            client.Client.Shutdown(SocketShutdown.Send);
            return await reader.ReadToEndAsync() == "ping\n" ? greeting : null;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return null;
        }
    }

    /// <summary>No router takes a connection there.</summary>
    private async Task<bool> IsClosedAsync(int port)
    {
        foreach (var router in harmed.Machines.Routers)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(router.RouterAddress, port);
                return false;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                continue;
            }
        }
        return true;
    }
}
