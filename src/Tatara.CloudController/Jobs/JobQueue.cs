using System.Text.Json;
using System.Threading.Channels;
using Tatara.CloudController.Api;
using Tatara.CloudController.Auth;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Jobs;

/// <summary>Puts work into the jobs table, for a <see cref="IJobHandler"/> to do.</summary>
internal sealed class JobQueue(CloudControllerDbContext db, CallerHolder caller, JobSignal signal, Links links)
{
    /// <summary>Saves the job together with all else that waits in the unit of work.</summary>
    /// <param name="resource">What it works on, as ("app", guid): becomes a link of the job.</param>
    public async Task<Job> EnqueueAsync<TPayload>(
        string operation, TPayload payload, (string Type, string Guid)? resource, CancellationToken cancellationToken)
    {
        var job = new Job
        {
            Operation = operation,
            Payload = JsonSerializer.Serialize(payload, JsonSerializerOptions.Default),
            ResourceType = resource?.Type,
            ResourceGuid = resource?.Guid,
            ActorGuid = caller.Current?.Guid ?? "system",
            ActorName = caller.Current?.Name ?? "system",
        };
        db.Jobs.Add(job);
        await db.SaveChangesAsync(cancellationToken);
        signal.Wake();
        return job;
    }

    /// <summary>202 with the job's URL in the Location header.</summary>
    public Microsoft.AspNetCore.Http.IResult Accepted(Job job, object? body = null) => Answer.AcceptedAsJob($"{links.ApiUrl}/v3/jobs/{job.Guid}", body);
}

/// <summary>Tells the worker that there is something to do.</summary>
internal sealed class JobSignal
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Wake() => _channel.Writer.TryWrite(true);

    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(atMost);
        try
        {
            await _channel.Reader.ReadAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Looking at the table now and then finds what another Cloud Controller left behind.
        }
    }
}
