using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Api;
using Tatara.CloudController.Auth;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.Database;

namespace Tatara.CloudController.Jobs;

/// <summary>
/// Runs the jobs: 1. claim a few that nobody holds, 2. run each while renewing its claim, 3. write down how it ended.
/// A claim that is not renewed runs out, and the job is taken over.
/// </summary>
internal sealed partial class JobWorker(
    IServiceScopeFactory scopes, JobSignal signal, CloudControllerOptions options, TimeProvider time, ILogger<JobWorker> logger)
    : BackgroundService
{
    private const int Parallel = 4;
    private static readonly TimeSpan s_claim = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _free = new(Parallel);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await ForgetOwnClaimsAsync(stoppingToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.CannotClaim(logger, e); // Then they run out.
        }
        while (!stoppingToken.IsCancellationRequested)
        {
            await _free.WaitAsync(stoppingToken);
            Job? job = null;
            try
            {
                job = await ClaimAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.CannotClaim(logger, e);
            }
            if (job is null)
            {
                _free.Release();
                await signal.WaitAsync(s_look, stoppingToken);
                continue;
            }
            _ = Task.Run(() => RunAndReleaseAsync(job, stoppingToken), CancellationToken.None);
        }
    }

    /// <summary>What this Cloud Controller held when it was killed, it does again at once.</summary>
    private async Task ForgetOwnClaimsAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>();
        await db.Jobs.Where(j => j.State == JobStates.Processing && j.ClaimedBy == options.Name)
            .ExecuteUpdateAsync(s => s.SetProperty(j => j.ClaimedBy, (string?)null).SetProperty(j => j.ClaimedUntil, (DateTimeOffset?)null), cancellationToken);
    }

    private async Task<Job?> ClaimAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>();
        while (true)
        {
            var now = time.GetUtcNow();
            var candidate = await db.Jobs.AsNoTracking()
                .Where(j => j.State == JobStates.Processing && (j.ClaimedUntil == null || j.ClaimedUntil < now))
                .OrderBy(j => j.Id)
                .FirstOrDefaultAsync(cancellationToken);
            if (candidate is null) return null;
            var attempts = candidate.Attempts;
            var claimed = await db.Jobs
                .Where(j => j.Id == candidate.Id && j.State == JobStates.Processing && j.Attempts == attempts && (j.ClaimedUntil == null || j.ClaimedUntil < now))
                .ExecuteUpdateAsync(
                    s => s.SetProperty(j => j.ClaimedBy, options.Name).SetProperty(j => j.ClaimedUntil, now + s_claim).SetProperty(j => j.Attempts, attempts + 1),
                    cancellationToken);
            if (claimed == 1)
            {
                candidate.Attempts = attempts + 1;
                return candidate;
            }
        }
    }

    private async Task RunAndReleaseAsync(Job job, CancellationToken stopping)
    {
        try
        {
            await RunAsync(job, stopping);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.CannotFinish(logger, job.Operation, job.Guid, e);
        }
        catch (OperationCanceledException)
        {
            // Stopping: the claim is given up at the next start.
        }
        finally
        {
            _free.Release();
            signal.Wake();
        }
    }

    private async Task RunAsync(Job job, CancellationToken stopping)
    {
        using var renewing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var renewal = RenewAsync(job.Id, renewing.Token);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<CallerHolder>().Current = Actor(job);
            var handler = scope.ServiceProvider.GetRequiredKeyedService<IJobHandler>(job.Operation);
            await handler.RunAsync(job, stopping);
            await FinishAsync(job, JobStates.Complete, null, stopping);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            await FailAsync(job, e, stopping);
        }
        finally
        {
            await renewing.CancelAsync();
            await renewal.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FailAsync(Job job, Exception exception, CancellationToken stopping)
    {
        var error = ErrorWriter.Translate(exception);
        if (JobRetries.IsUnexpected(error)) Log.Failed(logger, job.Operation, job.Guid, job.Attempts, exception);
        if (JobRetries.IsLast(job, exception)) await FinishAsync(job, JobStates.Failed, JsonSerializer.Serialize(ErrorBody.From(error).Errors, ApiJson.Options), stopping);
        else await FinishAsync(job, JobStates.Processing, null, stopping, JobRetries.Pause(exception));
    }

    /// <param name="pause">Nobody claims it before that is over.</param>
    private async Task FinishAsync(Job job, string state, string? errors, CancellationToken cancellationToken, TimeSpan pause = default)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>();
        var warnings = job.Warnings;
        DateTimeOffset? until = pause > TimeSpan.Zero ? time.GetUtcNow() + pause : null;
        var payload = state == JobStates.Processing ? job.Payload : "null"; // It may hold an app's secrets, and nobody needs it any more.
        await db.Jobs.Where(j => j.Id == job.Id).ExecuteUpdateAsync(
            s => s.SetProperty(j => j.State, state)
                .SetProperty(j => j.Payload, payload)
                .SetProperty(j => j.Errors, errors)
                .SetProperty(j => j.Warnings, warnings)
                .SetProperty(j => j.ClaimedBy, (string?)null)
                .SetProperty(j => j.ClaimedUntil, until)
                .SetProperty(j => j.UpdatedAt, time.GetUtcNow()),
            cancellationToken);
    }

    private async Task RenewAsync(long id, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(s_claim / 6, time, cancellationToken);
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var db = scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>();
                var until = time.GetUtcNow() + s_claim;
                await db.Jobs.Where(j => j.Id == id && j.ClaimedBy == options.Name)
                    .ExecuteUpdateAsync(s => s.SetProperty(j => j.ClaimedUntil, until), cancellationToken);
            }
            catch (Exception e) when (e.IsUnavailable())
            {
                Log.CannotRenew(logger, id, e.GetBaseException().Message); // There is time for some more tries.
            }
        }
    }

    /// <summary>Who asked had the right when asking: what the job does is not asked again.</summary>
    private static Caller Actor(Job job) =>
        new(job.ActorGuid, job.ActorName, null, false, new HashSet<string> { "cloud_controller.admin" });

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Jobs cannot be claimed")]
        public static partial void CannotClaim(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The claim of job {Id} cannot be renewed now: {Reason}")]
        public static partial void CannotRenew(ILogger logger, long id, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "Job {Operation} {Guid} failed at attempt {Attempt}")]
        public static partial void Failed(ILogger logger, string operation, string guid, int attempt, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "The end of job {Operation} {Guid} cannot be written down; it will run again")]
        public static partial void CannotFinish(ILogger logger, string operation, string guid, Exception exception);
    }
}
