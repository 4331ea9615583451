using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Tatara.CloudController.Tests.Support;
using Tatara.Protocol;

namespace Tatara.CloudController.Tests.Bulk;

public sealed class LeaseEndpointsTests(CloudControllerFixture cc) : IClassFixture<CloudControllerFixture>
{
    [Fact]
    public async Task Lease_HeldByAnother_IsHandedOverWhenGivenBack()
    {
        (await TakeAsync("one")).ShouldBeTrue();
        (await TakeAsync("two")).ShouldBeFalse();

        (await SendAsync(HttpMethod.Delete, "one", 0)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        (await TakeAsync("two")).ShouldBeTrue();
    }

    [Fact]
    public async Task Lease_BadRequestOrPassword_IsRefused()
    {
        (await SendAsync(HttpMethod.Post, "", 1000)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await SendAsync(HttpMethod.Post, "one", 3_600_000)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await SendAsync(HttpMethod.Post, "one", 1000, "wrong")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await cc.Admin.PostAsync("/bulk/leases/role", new { holder = "one", life_milliseconds = 1000 })).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task<bool> TakeAsync(string holder)
    {
        var response = await SendAsync(HttpMethod.Post, holder, 60_000);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await response.Content.ReadFromJsonAsync(ProtocolJson.Default.LeaseAnswer))!.Held;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string holder, long life, string? password = null)
    {
        using var http = new HttpClient { BaseAddress = cc.Address };
        using var request = new HttpRequestMessage(method, "/bulk/leases/role") { Content = JsonContent.Create(new LeaseRequest(holder, life), ProtocolJson.Default.LeaseRequest) };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{cc.Options.BulkUser}:{password ?? cc.Options.BulkPassword}")));
        return await http.SendAsync(request);
    }
}
