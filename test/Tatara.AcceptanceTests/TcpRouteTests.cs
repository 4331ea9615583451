using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>An app that is no web server, reached by a port of its own.</summary>
public sealed class TcpRouteTests
{
    private const string Pool = "18700-18719";

    [Fact]
    public async Task TcpApp_MappedToAPort_IsReachedThereUntilTheRouteIsDeleted()
    {
        await using var platform = await Platform.StartAsync("tcp", 12, "--tcp-ports", Pool);
        using var cf = await Cf.LoggedInAsync(platform, "o");
        (await cf.RunAsync("router-groups")).Succeeded().ShouldContain("default-tcp   tcp");
        (await cf.RunAsync("create-shared-domain", "ports.tcp.localhost", "--router-group", "other")).Failed().ShouldContain("Router group 'other' not found.");
        (await cf.RunAsync("create-shared-domain", "ports.tcp.localhost", "--router-group", "default-tcp")).Succeeded();
        (await cf.RunAsync("domains")).Succeeded().ShouldMatch(@"ports\.tcp\.localhost\s+shared\s+tcp");
        (await cf.RunAsync("push", "echo", "-p", Path.Combine(Platform.Root, "samples", "tcp-echo"), "-b", "binary_buildpack", "-m", "64M", "--no-route")).Succeeded();

        (await cf.RunAsync("create-route", "ports.tcp.localhost", "--port", "18720")).Failed()
            .ShouldContain("Port '18720' is not available. Try a different port or use a different domain.");
        (await cf.RunAsync("map-route", "echo", "ports.tcp.localhost", "--port", "18705")).Succeeded().ShouldContain("ports.tcp.localhost:18705");
        await GreetedAsync(18705, instances: 1);
        (await cf.RunAsync("app", "echo")).Succeeded().ShouldContain("ports.tcp.localhost:18705");
        (await cf.RunAsync("routes")).Succeeded().ShouldMatch(@"ports\.tcp\.localhost\s+18705\s+tcp\s+tcp\s+echo");

        var random = Regex.Match((await cf.RunAsync("create-route", "ports.tcp.localhost")).Succeeded(), @"Route ports\.tcp\.localhost:(\d+) has been created").Groups[1].Value;
        int.Parse(random).ShouldBeInRange(18700, 18719);
        (await cf.RunAsync("map-route", "echo", "ports.tcp.localhost", "--port", random)).Succeeded();
        await GreetedAsync(int.Parse(random), instances: 1);

        (await cf.RunAsync("scale", "echo", "-i", "2")).Succeeded();
        await GreetedAsync(18705, instances: 2);

        await platform.KillAsync();
        await platform.StartAgainAsync();
        await GreetedAsync(18705, instances: 2);

        (await cf.RunAsync("delete-route", "ports.tcp.localhost", "--port", "18705", "-f")).Succeeded();
        await Eventually.BecomesAsync("a closed port", TimeSpan.FromSeconds(20), () => Task.FromResult(IsClosed(18705)), closed => closed);
        await GreetedAsync(int.Parse(random), instances: 2);
    }

    /// <summary>Talks to the port until that many instances have answered.</summary>
    private static Task<int> GreetedAsync(int port, int instances) => Eventually.BecomesAsync($"{instances} instances behind port {port}", TimeSpan.FromSeconds(60), async () =>
    {
        var greetings = new HashSet<string>();
        for (var i = 0; i < instances * 6; i++)
            if (await TalkAsync(port) is { } greeting) greetings.Add(greeting);
        return greetings.Count;
    }, count => count == instances);

    private static async Task<string?> TalkAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
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

    private static bool IsClosed(int port) =>
        System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().All(l => l.Port != port);
}
