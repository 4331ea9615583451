using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Data;
using Tatara.CloudController.Hosting;
using Tatara.CloudController.Tests.Support;
using Tatara.Protocol;

namespace Tatara.CloudController.Tests.Bulk;

public sealed class BulkEndpointsTests(CloudControllerFixture cc) : IClassFixture<CloudControllerFixture>
{
    private readonly Seed _seed = new(cc);

    [Fact]
    public async Task Get_Pages_ShowEveryProcessOnce()
    {
        for (var i = 0; i < 5; i++) await _seed.AppAsync(instances: i);
        var seen = new List<string>();
        BulkAppsPage page;
        long id = 0;
        do
        {
            page = await PageAsync($"?batch_size=2&bulk_token={Uri.EscapeDataString($$"""{"id":{{id}}}""")}");
            seen.AddRange(page.Results.Keys);
            id = page.BulkToken.Id;
        }
        while (page.Results.Count > 0);

        seen.ShouldBe(await _seed.ReadAsync(db => db.Processes.OrderBy(p => p.Id).Select(p => p.Guid).ToListAsync()));
    }

    [Fact]
    public async Task Get_App_ShowsWhatIsWanted()
    {
        var running = await _seed.AppAsync(instances: 3, AppStates.Started, staged: true);
        var unstaged = await _seed.AppAsync(instances: 1, AppStates.Started);
        var deleting = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        await _seed.ChangeAsync(async db => (await db.Apps.SingleAsync(a => a.Guid == deleting.Guid)).Deleting = true);

        var apps = (await PageAsync("?batch_size=5000")).Results;

        var app = apps[running.Guid];
        (app.Id, app.Version, app.Instances, app.State, app.PackageState).ShouldBe((running.Guid, running.Version, 3, "STARTED", "STAGED"));
        app.UpdatedAt.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        apps[unstaged.Guid].PackageState.ShouldBe("PENDING");
        apps[deleting.Guid].State.ShouldBe("STOPPED");
    }

    [Theory]
    [InlineData("bulk", "wrong")]
    [InlineData("wrong", "bulk-password")]
    [InlineData("", "")]
    public async Task Get_WrongCredentials_IsRefused(string user, string password) =>
        (await SendAsync("", user, password)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

    [Theory]
    [InlineData("?batch_size=0")]
    [InlineData("?batch_size=x")]
    [InlineData("?bulk_token=x")]
    public async Task Get_WrongQuery_IsRefused(string query) =>
        (await SendAsync(query, "bulk", "bulk-password")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

    private async Task<BulkAppsPage> PageAsync(string query)
    {
        var answer = await SendAsync(query, "bulk", "bulk-password");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), ProtocolJson.Default.BulkAppsPage)!;
    }

    private async Task<HttpResponseMessage> SendAsync(string query, string user, string password)
    {
        using var client = new HttpClient { BaseAddress = ComponentRegistrar.ListeningAt(cc.Services.GetRequiredService<IServer>()) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        return await client.GetAsync("/bulk/apps" + query);
    }
}
