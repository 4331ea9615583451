using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tatara.CloudController.Api;
using Tatara.CloudController.Errors;
using Tatara.Database.Leases;
using Tatara.Protocol;

namespace Tatara.CloudController.Bulk;

/// <summary>
/// POST and DELETE /bulk/leases/NAME: who of several is the active one. For roles that know no database and can do nothing without
/// Cloud Controller anyway.
/// </summary>
internal sealed class LeaseEndpoints(LeaseStore leases, BulkAccess access)
{
    private const int MaxName = 64;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    public async Task<IResult> TakeAsync(ApiCall call)
    {
        var (name, request) = await ReadAsync(call);
        var held = await leases.TakeAsync(name, request.Holder, TimeSpan.FromMilliseconds(request.LifeMilliseconds), call.Cancelled);
        return Results.Text(JsonSerializer.Serialize(new LeaseAnswer(held), ProtocolJson.Default.LeaseAnswer), "application/json");
    }

    public async Task<IResult> ReleaseAsync(ApiCall call)
    {
        var (name, request) = await ReadAsync(call);
        await leases.ReleaseAsync(name, request.Holder, call.Cancelled);
        return Results.NoContent();
    }

    private async Task<(string Name, LeaseRequest Request)> ReadAsync(ApiCall call)
    {
        access.Require(call.Http.Request);
        LeaseRequest? request;
        try
        {
            request = await JsonSerializer.DeserializeAsync(call.Http.Request.Body, ProtocolJson.Default.LeaseRequest, call.Cancelled);
        }
        catch (JsonException e)
        {
            throw ApiErrors.MessageParseError(e.Message);
        }
        var name = call.Path("name");
        if (request is not { Holder: { Length: > 0 and <= MaxName } } || name.Length > MaxName || request.LifeMilliseconds < 0 || request.LifeMilliseconds > s_longest.TotalMilliseconds)
            throw ApiErrors.BadRequest($"a lease has a name and a holder of at most {MaxName} characters and lives for at most {s_longest.TotalSeconds} s");
        return (name, request);
    }
}
