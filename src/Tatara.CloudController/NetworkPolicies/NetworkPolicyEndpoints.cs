using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.NetworkPolicies;

/// <summary>/networking/v1/external/policies, as Cloud Foundry's policy server has it: which apps may reach which others without a router.</summary>
internal sealed class NetworkPolicyEndpoints(CloudControllerDbContext db, Access access, NetworkNews news)
{
    private static readonly string[] s_protocols = ["tcp", "udp"];

    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.Http.Request.Query;
        ListQuery.RejectUnknown(query, ["id", "source_id", "dest_id"]);
        var visible = VisibleApps();
        var rows = db.NetworkPolicies.AsNoTracking().Where(p => visible.Contains(p.SourceGuid) && visible.Contains(p.DestinationGuid));
        if (Guids("id") is { } either) rows = rows.Where(p => either.Contains(p.SourceGuid) || either.Contains(p.DestinationGuid));
        if (Guids("source_id") is { } sources) rows = rows.Where(p => sources.Contains(p.SourceGuid));
        if (Guids("dest_id") is { } destinations) rows = rows.Where(p => destinations.Contains(p.DestinationGuid));
        var policies = await rows.OrderBy(p => p.Id).ToListAsync(call.Cancelled);
        return Answer.Ok(new
        {
            TotalPolicies = policies.Count,
            Policies = policies.Select(p => new
            {
                Source = new { Id = p.SourceGuid },
                Destination = new { Id = p.DestinationGuid, p.Protocol, Ports = new { Start = p.StartPort, End = p.EndPort } },
            }),
        });

        string[]? Guids(string name) => query.TryGetValue(name, out var value) ? value.ToString().Split(',') : null;
    }

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        foreach (var wanted in await ReadAsync(call))
        {
            if (!await Same(wanted).AnyAsync(call.Cancelled)) db.NetworkPolicies.Add(wanted);
        }
        await db.SaveChangesAsync(call.Cancelled);
        await news.ChangedAsync(call.Cancelled);
        return Answer.Ok(new { });
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        foreach (var unwanted in await ReadAsync(call)) await Same(unwanted).ExecuteDeleteAsync(call.Cancelled);
        await news.ChangedAsync(call.Cancelled);
        return Answer.Ok(new { });
    }

    /// <summary>The policies of a request. Whoever may change both apps may connect them.</summary>
    private async Task<IReadOnlyList<NetworkPolicy>> ReadAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var policies = (body.Objects("policies", required: true) ?? []).Select(Read).ToList();
        body.ThrowIfInvalid();
        if (policies.Count == 0) throw ApiErrors.BadRequest("missing policies");
        foreach (var app in policies.SelectMany(p => (string[])[p.SourceGuid, p.DestinationGuid]).Distinct())
            await access.AppOrFailAsync(app, AccessLevel.Write, call.Cancelled);
        return policies;
    }

    private static NetworkPolicy Read(Body policy)
    {
        var destination = policy.Object("destination", required: true);
        var ports = destination?.Object("ports", required: true);
        var start = ports?.Integer("start", min: 1, max: 65535, required: true);
        var end = ports?.Integer("end", min: 1, max: 65535, required: true);
        if (start > end) ports!.Fail("Start must not be greater than end");
        return new NetworkPolicy
        {
            SourceGuid = policy.Object("source", required: true)?.String("id", required: true) ?? "",
            DestinationGuid = destination?.String("id", required: true) ?? "",
            Protocol = destination?.OneOf("protocol", s_protocols, required: true) ?? "",
            StartPort = (int)(start ?? 0),
            EndPort = (int)(end ?? 0),
        };
    }

    private IQueryable<NetworkPolicy> Same(NetworkPolicy policy) => db.NetworkPolicies.Where(p =>
        p.SourceGuid == policy.SourceGuid && p.DestinationGuid == policy.DestinationGuid && p.Protocol == policy.Protocol
        && p.StartPort == policy.StartPort && p.EndPort == policy.EndPort);

    private IQueryable<string> VisibleApps() => access.VisibleApps().Select(a => a.Guid);
}
