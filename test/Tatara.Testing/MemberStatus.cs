using System.Net.Http.Headers;
using System.Text;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Testing;

/// <summary>What a member says of itself, found as an operator's tools find it: asked for on the bus, then read over HTTP.</summary>
public static class MemberStatus
{
    /// <summary>Of the status port of whoever is tested.</summary>
    public const string Password = "status password";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Longer than a member takes that has to wait for others itself.</summary>
    private static readonly TimeSpan s_census = TimeSpan.FromSeconds(4);

    /// <summary>The answer of the member of a type.</summary>
    public static async Task<ComponentAnnouncement> AskAsync(NatsServer bus, string type)
    {
        await using var connection = new NatsConnection(new NatsOptions { Servers = [bus.Address], Json = ProtocolJson.Default.Options });
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            await foreach (var answer in connection.RequestManyAsync<EmptyMessage, ComponentAnnouncement>(
                Subjects.ComponentDiscover, new EmptyMessage(), s_census, patience.Token))
                if (answer.Data is { } announcement && announcement.Type == type) return announcement;
        }
    }

    /// <summary>A page of that member.</summary>
    public static async Task<string> ReadAsync(NatsServer bus, string type, string page)
    {
        var announcement = await AskAsync(bus, type);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("status:" + Password)));
        return await http.GetStringAsync(new Uri($"http://{announcement.Host}{page}"));
    }

    /// <summary>/metrics, once all of these lines are in it.</summary>
    public static async Task<string> MetricsAsync(NatsServer bus, string type, params string[] lines)
    {
        for (var deadline = DateTime.UtcNow + Patience; ; await Task.Delay(50))
        {
            var page = await ReadAsync(bus, type, "/metrics");
            var missing = lines.Where(l => !page.Contains(l + "\n", StringComparison.Ordinal)).ToList();
            if (missing.Count == 0) return page;
            if (DateTime.UtcNow > deadline) throw new TimeoutException($"/metrics lacks {string.Join(", ", missing)}:\n{page}");
        }
    }
}
