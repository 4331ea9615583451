using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Jobs;

internal sealed class JobEndpoints(CloudControllerDbContext db, Links links)
{
    public async Task<IResult> GetAsync(ApiCall call)
    {
        var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Job");
        if (!call.Caller.SeesAll && job.ActorGuid != call.Caller.Guid) throw ApiErrors.ResourceNotFound("Job");
        return Answer.Ok(Present(job));
    }

    private JobResponse Present(Job job)
    {
        var all = new Dictionary<string, Link> { ["self"] = links.To($"/v3/jobs/{job.Guid}") };
        if (job is { ResourceType: { } type, ResourceGuid: { } guid } && !job.Operation.EndsWith(".delete", StringComparison.Ordinal))
            all[type] = links.To($"/v3/{type}s/{guid}");
        var errors = job.Errors is null ? [] : JsonSerializer.Deserialize<IReadOnlyList<ErrorItem>>(job.Errors, ApiJson.Options)!;
        return new JobResponse(job.Guid, job.CreatedAt, job.UpdatedAt, job.Operation, job.State, errors, [.. job.Warnings.Select(w => new JobWarning(w))], all);
    }
}

internal sealed record JobResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Operation, string State,
    IReadOnlyList<ErrorItem> Errors, IReadOnlyList<JobWarning> Warnings, IReadOnlyDictionary<string, Link> Links);

internal sealed record JobWarning(string Detail);

internal static class JobFeature
{
    public static void AddJobs(this IServiceCollection services) => services
        .AddSingleton<JobSignal>()
        .AddScoped<JobQueue>()
        .AddEndpoints<JobEndpoints>()
        .AddHostedService<JobWorker>();

    public static void MapJobs(this IEndpointRouteBuilder routes) =>
        routes.Endpoints<JobEndpoints>().Get("/v3/jobs/{guid}", (e, call) => e.GetAsync(call));
}
