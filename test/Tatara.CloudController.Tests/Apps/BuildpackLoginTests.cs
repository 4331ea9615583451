using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Tests.Support;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Tests.Apps;

/// <summary>The login in a buildpack's URL is used for staging and shown nowhere.</summary>
public sealed class BuildpackLoginTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    private const string Url = "https://me:top-secret@example.org/x.git#v1";

    [Fact]
    public async Task App_WithLoginInItsBuildpackUrl_ShowsItNowhere()
    {
        var said = new List<string>();
        await using var bus = new NatsConnection(new NatsOptions { Servers = [cc.Bus.Address], Json = ProtocolJson.Default.Options });
        var logs = await bus.SubscribeCoreAsync<LogBatch>(Subjects.Logs);
        await bus.ConnectAsync();
        var space = await cc.SpaceAsync();
        var lifecycle = new { type = "buildpack", data = new { buildpacks = new[] { Url }, stack = "bookworm" } };

        var created = await cc.Admin.CreateAsync("/v3/apps", new { name = "secretive", relationships = World.To("space", space), lifecycle });
        var app = (string)created["guid"]!;
        said.Add(created.ToJsonString());
        said.Add((await cc.Admin.PatchAsync($"/v3/apps/{app}", new { lifecycle })).Expect(HttpStatusCode.OK).ToJsonString());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var batch in logs.ReadAllAsync(patience.Token))
        {
            said.AddRange(batch.Data!.Entries.Select(e => System.Text.Encoding.UTF8.GetString(e.Payload)));
            if (said[^1].StartsWith("Updated app", StringComparison.Ordinal)) break;
        }
        foreach (var key in new[] { $"buildpack: {Url}", $"buildpacks: ['{Url}']" })
        {
            var applied = await cc.Admin.SendTextAsync(HttpMethod.Post, $"/v3/spaces/{space}/actions/apply_manifest", $"applications:\n- name: secretive\n  {key}\n", "application/x-yaml");
            said.Add((await cc.Admin.WaitForJobAsync(applied)).ToJsonString());
        }
        foreach (var path in new[] { $"/v3/apps/{app}", "/v3/apps", $"/v3/apps/{app}/manifest", $"/v3/audit_events?target_guids={app}" }) said.Add((await cc.Admin.GetAsync(path)).Text);

        string.Join('\n', said).ShouldNotContain("top-secret");
        said.Count(s => s.Contains("https://***:***@example.org/x.git#v1", StringComparison.Ordinal)).ShouldBeGreaterThan(4);
        await using var scope = cc.Services.CreateAsyncScope();
        (await scope.ServiceProvider.GetRequiredService<Data.CloudControllerDbContext>().Apps.SingleAsync(a => a.Guid == app)).Buildpacks.ShouldBe([Url]);
    }

    [Theory]
    [InlineData("git@github.com:a/b.git", "Buildpack \"git@github.com:a/b.git\" cannot be fetched: staging has no SSH key. Use its https URL.")]
    [InlineData("ftp://me:top-secret@host/x", "Buildpack \"ftp://***:***@host/x\" must be an existing admin buildpack or a valid git URI")]
    public async Task App_WithAnotherKindOfUrl_IsRefused(string url, string detail)
    {
        var lifecycle = new { type = "buildpack", data = new { buildpacks = new[] { url } } };
        (await cc.Admin.PostAsync("/v3/apps", new { name = World.Unique("app"), relationships = World.To("space", await cc.SpaceAsync()), lifecycle }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", detail);
    }
}
