using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Jobs;

public sealed class JobWorkerTests : IAsyncLifetime
{
    private static int s_runs;
    private readonly CloudControllerFixture _cc = new();

    public Task InitializeAsync()
    {
        s_runs = 0;
        _cc.Replace = services =>
        {
            InstanceRecorder.Use(services);
            services.AddJobHandler<Counting>("test.count").AddJobHandler<Refusing>("test.refuse").AddJobHandler<Breaking>("test.break").AddJobHandler<Hanging>("test.hang");
        };
        return _cc.InitializeAsync();
    }

    public Task DisposeAsync() => _cc.DisposeAsync();

    [Fact]
    public async Task Run_HandlerRefuses_FailsWithItsErrors()
    {
        var job = await WaitAsync(await EnqueueAsync("test.refuse"));
        job.State.ShouldBe(JobStates.Failed);
        var shown = (await _cc.Admin.GetAsync($"/v3/jobs/{job.Guid}")).Expect(HttpStatusCode.OK);
        ((int)shown["errors"]![0]!["code"]!).ShouldBe(10008);
        ((string)shown["errors"]![0]!["detail"]!).ShouldBe("no way");
    }

    [Fact]
    public async Task Run_HandlerBreaks_IsTriedThreeTimes()
    {
        var job = await WaitAsync(await EnqueueAsync("test.break"));
        job.State.ShouldBe(JobStates.Failed);
        s_runs.ShouldBe(3);
        ((int)(await _cc.Admin.GetAsync($"/v3/jobs/{job.Guid}")).Json["errors"]![0]!["code"]!).ShouldBe(10001);
    }

    [Fact]
    public async Task Run_ManyJobs_EachOnce()
    {
        var guids = new List<string>();
        for (var i = 0; i < 20; i++) guids.Add(await EnqueueAsync("test.count"));
        foreach (var guid in guids) (await WaitAsync(guid)).State.ShouldBe(JobStates.Complete);
        s_runs.ShouldBe(20);
    }

    [Fact]
    public async Task Run_StoppedInTheMiddle_RunsAgainAfterTheRestart()
    {
        var guid = await EnqueueAsync("test.hang");
        while (Volatile.Read(ref s_runs) == 0) await Task.Delay(10);
        await _cc.StopAsync();
        await _cc.StartAsync();
        (await WaitAsync(guid)).State.ShouldBe(JobStates.Complete);
        s_runs.ShouldBe(2);
    }

    private async Task<string> EnqueueAsync(string operation)
    {
        await using var scope = _cc.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<JobQueue>().EnqueueAsync(operation, "payload", null, default)).Guid;
    }

    private async Task<Job> WaitAsync(string guid)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(20); DateTime.UtcNow < deadline; await Task.Delay(20))
        {
            await using var scope = _cc.Services.CreateAsyncScope();
            var job = await scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>().Jobs.SingleAsync(j => j.Guid == guid);
            if (job.State != JobStates.Processing) return job;
        }
        throw new TimeoutException();
    }

    private sealed class Counting : IJobHandler
    {
        public Task RunAsync(Job job, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref s_runs);
            return Task.CompletedTask;
        }
    }

    private sealed class Refusing : IJobHandler
    {
        public Task RunAsync(Job job, CancellationToken cancellationToken) => throw ApiErrors.Unprocessable("no way");
    }

    private sealed class Breaking : IJobHandler
    {
        public Task RunAsync(Job job, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref s_runs);
            throw new InvalidOperationException("broken");
        }
    }

    private sealed class Hanging : IJobHandler
    {
        public Task RunAsync(Job job, CancellationToken cancellationToken) =>
            Interlocked.Increment(ref s_runs) == 1 ? Task.Delay(Timeout.Infinite, cancellationToken) : Task.CompletedTask;
    }
}
