using System.Net;
using System.Text.Json.Nodes;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Api;

public sealed class ListTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    [Theory]
    [InlineData("page=0", "Page must be a positive integer")]
    [InlineData("page=x", "Page must be a positive integer")]
    [InlineData("per_page=0", "Per page must be a positive integer")]
    [InlineData("per_page=5001", "Per page must be between 1 and 5000")]
    [InlineData("order_by=color", "Order by can only be: 'created_at', 'updated_at', 'name', 'state'")]
    [InlineData("created_ats=yesterday", "Created ats has an invalid timestamp format. Timestamps should be formatted as 'YYYY-MM-DDThh:mm:ssZ'")]
    [InlineData("label_selector=a in b", "Invalid label_selector value")]
    [InlineData("include=moon", "Invalid included resource: 'moon'. Valid included resources are: 'space', 'org', 'space.organization'")]
    public async Task List_BadParameter_BadQueryParameter(string query, string detail) =>
        (await cc.Admin.GetAsync("/v3/apps?" + query)).ExpectError(HttpStatusCode.BadRequest, 10005, "CF-BadQueryParameter", $"The query parameter is invalid: {detail}");

    [Fact]
    public async Task List_UnknownParameter_NamesTheValidOnes()
    {
        var response = await cc.Admin.GetAsync("/v3/organizations?colour=red");
        response.ExpectError(HttpStatusCode.BadRequest, 10005, "CF-BadQueryParameter",
            "The query parameter is invalid: Unknown query parameter(s): 'colour'. Valid parameters are: 'page', 'per_page', 'order_by', 'guids', 'created_ats', 'updated_ats', 'names', 'label_selector'");
    }

    [Fact]
    public async Task List_Pages_LinkToEachOther()
    {
        var space = await cc.SpaceAsync();
        foreach (var name in new[] { "c", "a", "b" }) await cc.AppAsync(space, name);
        var path = $"/v3/apps?space_guids={space}&per_page=2&order_by=name";

        var first = (await cc.Admin.GetAsync(path)).Json;
        Names(first).ShouldBe(["a", "b"]);
        ((int)first["pagination"]!["total_pages"]!).ShouldBe(2);
        first["pagination"]!["previous"].ShouldBeNull();
        var next = new Uri((string)first["pagination"]!["next"]!["href"]!);
        next.Host.ShouldBe($"api.{TokenIssuer.Domain}");

        var second = (await cc.Admin.GetAsync(next.PathAndQuery)).Json;
        Names(second).ShouldBe(["c"]);
        second["pagination"]!["next"].ShouldBeNull();
        Names((await cc.Admin.GetAsync($"{path}&page=3")).Json).ShouldBeEmpty();
        Names((await cc.Admin.GetAsync($"/v3/apps?space_guids={space}&order_by=-created_at")).Json).ShouldBe(["b", "a", "c"]);
        Names((await cc.Admin.GetAsync($"/v3/apps?space_guids={space}")).Json).ShouldBe(["c", "a", "b"]);
    }

    [Fact]
    public async Task List_NamesWithCommas_AreEscapedTwice()
    {
        var space = await cc.SpaceAsync();
        await cc.AppAsync(space, "a,b");
        await cc.AppAsync(space, "x");
        Names((await cc.Admin.GetAsync($"/v3/apps?space_guids={space}&names=a%252Cb")).Json).ShouldBe(["a,b"]);
        Names((await cc.Admin.GetAsync($"/v3/apps?space_guids={space}&names=A%252Cb,X&order_by=name")).Json).ShouldBe(["a,b", "x"]);
    }

    [Theory]
    [InlineData("env=prod", "one")]
    [InlineData("env==prod", "one")]
    [InlineData("env!=prod", "two,three")]
    [InlineData("env", "one,two")]
    [InlineData("!env", "three")]
    [InlineData("env in (prod,dev)", "one,two")]
    [InlineData("env notin (prod,dev)", "three")]
    [InlineData("env in (prod,dev),tier=gold", "two")]
    public async Task List_LabelSelector_Selects(string selector, string expected)
    {
        var space = await cc.SpaceAsync();
        foreach (var (name, labels) in new[] { ("one", """{"env":"prod"}"""), ("two", """{"env":"dev","tier":"gold"}"""), ("three", "{}") })
            (await cc.Admin.PatchAsync($"/v3/apps/{await cc.AppAsync(space, name)}", $$$"""{"metadata":{"labels":{{{labels}}}}}""")).Expect(HttpStatusCode.OK);
        Names((await cc.Admin.GetAsync($"/v3/apps?space_guids={space}&label_selector={Uri.EscapeDataString(selector)}")).Json).ShouldBe(expected.Split(','));
    }

    [Fact]
    public async Task List_TwoHundredGuids_FitIntoOneQuery() =>
        (await cc.Admin.GetAsync("/v3/processes?app_guids=" + string.Join(',', Enumerable.Range(0, 200).Select(_ => Guid.NewGuid())))).Expect(HttpStatusCode.OK);

    [Fact]
    public async Task List_IncludeSpaceAndOrganization_Included()
    {
        var space = await cc.SpaceAsync();
        await cc.AppAsync(space);
        var page = (await cc.Admin.GetAsync($"/v3/apps?space_guids={space}&include=space.organization,space")).Json;
        ((string)page["included"]!["spaces"]![0]!["guid"]!).ShouldBe(space);
        page["included"]!["organizations"]!.AsArray().Count.ShouldBe(1);
    }

    private static List<string> Names(JsonNode page) => [.. page["resources"]!.AsArray().Select(r => (string)r!["name"]!)];
}
