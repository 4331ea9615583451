using System.Net;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Root;

public sealed class RootTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    [Fact]
    public async Task Get_WithoutToken_LinksToTheCompanions()
    {
        var links = (await cc.Client(null).GetAsync("/")).Expect(HttpStatusCode.OK)["links"]!;
        ((string)links["cloud_controller_v3"]!["href"]!).ShouldBe($"https://api.{TokenIssuer.Domain}/v3");
        ((string)links["cloud_controller_v3"]!["meta"]!["version"]!).ShouldBe("3.180.0");
        ((string)links["uaa"]!["href"]!).ShouldBe($"https://uaa.{TokenIssuer.Domain}");
        ((string)links["login"]!["href"]!).ShouldBe($"https://login.{TokenIssuer.Domain}");
        ((string)links["log_cache"]!["href"]!).ShouldBe($"https://log-cache.{TokenIssuer.Domain}");
        links["app_ssh"].ShouldBeNull();
        foreach (var path in new[] { "/v3", "/v3/info", "/v2/info", "/healthz" }) (await cc.Client(null).GetAsync(path)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Post_BodyTooLarge_SaysTheLimit() =>
        (await cc.Admin.PostAsync("/v3/apps", new { name = new string('x', 3 * 1024 * 1024) })).ExpectError(HttpStatusCode.RequestEntityTooLarge, 10004, "CF-InvalidRequest");

    [Fact]
    public async Task Post_DeepNesting_IsNotRead() =>
        (await cc.Admin.SendTextAsync(HttpMethod.Post, "/v3/apps", new string('[', 100_000))).ExpectError(HttpStatusCode.BadRequest, 1001, "CF-MessageParseError");
}
