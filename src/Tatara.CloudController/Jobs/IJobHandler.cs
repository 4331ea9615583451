using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Jobs;

/// <summary>
/// Does the jobs of one operation, each in a scope of its own. A job that was cut off by a crash is run again from the
/// start, so running twice must do no harm. An <see cref="Errors.ApiException"/> is the job's failure as the user reads it.
/// </summary>
internal interface IJobHandler
{
    Task RunAsync(Job job, CancellationToken cancellationToken);
}

internal static class JobHandlers
{
    public static IServiceCollection AddJobHandler<THandler>(this IServiceCollection services, string operation)
        where THandler : class, IJobHandler =>
        services.AddKeyedScoped<IJobHandler, THandler>(operation);

    public static T ReadPayload<T>(this Job job) => JsonSerializer.Deserialize<T>(job.Payload, JsonSerializerOptions.Default)!;
}
