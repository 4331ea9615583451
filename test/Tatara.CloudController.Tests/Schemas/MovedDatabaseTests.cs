using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.CloudController.Tests.Packages;
using Tatara.CloudController.Tests.Support;
using Tatara.Database;
using Tatara.Database.Copying;
using Tatara.Testing;

namespace Tatara.CloudController.Tests.Schemas;

public sealed class MovedDatabaseTests
{
    private static readonly string[] s_lists =
    [
        "organizations", "spaces", "apps", "processes", "packages", "routes", "domains", "organization_quotas", "users", "roles",
        "buildpacks", "stacks", "security_groups", "audit_events",
    ];

    [Fact]
    public async Task Move_ToPostgreSqlAndBack_AnswersTheSame()
    {
        var cc = new CloudControllerFixture();
        cc.Database = DatabaseAddress.Sqlite(Path.Combine(cc.DirectoryPath, "first.db"));
        await cc.InitializeAsync();
        var organization = await cc.OrganizationAsync("Moved");
        var app = await cc.StagedAppAsync(await cc.SpaceAsync(organization), "web", "worker");
        await cc.Admin.ReadyPackageAsync(app);
        (await cc.Admin.PatchAsync($"/v3/apps/{app}", new { metadata = new { labels = new { tier = "gold" } } })).Expect(HttpStatusCode.OK);
        await cc.GiveRoleAsync((await UserAsync(cc)), "organization_manager", organization);
        var before = await AnswersAsync(cc);

        foreach (var next in new[] { await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync(), DatabaseAddress.Sqlite(Path.Combine(cc.DirectoryPath, "second.db")) })
        {
            await cc.StopAsync();
            var target = next.For(CloudControllerHost.DatabaseSchema);
            await CloudControllerHost.MigrateAsync(target, NullLogger.Instance, default);
            await new DatabaseCopy(cc.Database!.For(CloudControllerHost.DatabaseSchema), target).RunAsync(default);
            cc.Database = next;
            await cc.StartAsync();

            (await AnswersAsync(cc)).ShouldBe(before);
            (await cc.Admin.GetAsync("/v3/apps?label_selector=tier=gold")).Json["resources"]!.AsArray().Count.ShouldBe(1);
            await cc.AppAsync(); // New rows get numbers of their own.
            before = await AnswersAsync(cc);
        }
        await cc.DisposeAsync();
    }

    private static async Task<string> UserAsync(CloudControllerFixture cc)
    {
        (await cc.User("dora").GetAsync("/v3/apps")).Expect(HttpStatusCode.OK);
        return "dora";
    }

    private static async Task<IReadOnlyList<string>> AnswersAsync(CloudControllerFixture cc)
    {
        var answers = new List<string>();
        foreach (var list in s_lists)
        {
            var all = (await cc.Admin.GetAsync($"/v3/{list}?order_by=created_at&per_page=100")).Expect(HttpStatusCode.OK)["resources"]!.AsArray();
            answers.AddRange(all.Select(r => r!.ToJsonString()));
        }
        return answers;
    }
}
