using System.Net;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Auth;

public sealed class TokenKeyRotationTests(CloudControllerFixture cc) : IClassFixture<CloudControllerFixture>
{
    [Fact]
    public async Task Request_KeyWasRotated_NewKeyIsFetched()
    {
        (await cc.Admin.GetAsync("/v3/jobs/x")).Status.ShouldBe(HttpStatusCode.NotFound);
        var fetches = cc.Tokens.Requests;
        (await cc.Admin.GetAsync("/v3/jobs/x")).Status.ShouldBe(HttpStatusCode.NotFound);
        cc.Tokens.Requests.ShouldBe(fetches, "a known key is not fetched again");

        cc.Tokens.RotateKey();
        for (var deadline = DateTime.UtcNow.AddSeconds(5); (await cc.Admin.GetAsync("/v3/jobs/x")).Status != HttpStatusCode.NotFound; await Task.Delay(50))
            DateTime.UtcNow.ShouldBeLessThan(deadline);
        cc.Tokens.Requests.ShouldBe(fetches + 1, "unknown keys do not become a flood of requests");
    }
}
