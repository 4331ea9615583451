using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Tatara.Dea.Advertising;
using Tatara.Dea.Instances;
using Tatara.Dea.Logs;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea.Staging;

/// <summary>staging.ID.start and staging.stop: runs stagings, a bounded number at a time, and answers for each as it ended, again when it is asked again.</summary>
internal sealed class Stager(StagingStore store, StagingTools tools, Capacity capacity, Announcer announcer, LogSender logs, TimeProvider time) : IDisposable
{
    private const int MaxTaskIdLength = 50;

    /// <summary>The answer waits this long for the log, so that whoever follows it has read the end first.</summary>
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(2);

    private readonly DeaOptions _options = tools.Options;
    private readonly SemaphoreSlim _slots = new(tools.Options.Staging.Concurrency);
    private readonly ConcurrentDictionary<string, Running> _running = new(StringComparer.Ordinal);
    private readonly StagingAnswers _answers = new();
    private bool _stopped;

    /// <summary>Stagings under way or waiting for their turn.</summary>
    public int Count => _running.Count;

    /// <summary>Whether that staging is under way.</summary>
    public bool IsAt(string taskId) => _running.ContainsKey(taskId);

    /// <summary>Answers for what an earlier run was at when it was killed.</summary>
    public async Task AnswerForUnfinishedAsync(NatsConnection bus)
    {
        foreach (var record in store.TakeUnfinished())
        {
            var answer = Failure(record.TaskId, StagingErrors.StagingError, "The DEA was restarted while it was staging. Push again");
            // Who does not hear it now asks again, and must not set the staging going once more.
            _answers.Keep(answer);
            if (record.ReplyTo is not null) await bus.PublishAsync(record.ReplyTo, answer);
        }
    }

    public async Task StartAsync(NatsMsg<StagingStartMessage> request)
    {
        var message = request.Data!;
        var known = _running.ContainsKey(message.TaskId) ? new StagingReply(message.TaskId) : _answers.Find(message.TaskId);
        if (known is not null)
        {
            await request.ReplyAsync(known);
            return;
        }
        if (Refuse(message) is { } refusal)
        {
            await request.ReplyAsync(Failure(message.TaskId, refusal.Type, refusal.Message));
            return;
        }
        // Messages come here one by one, so it cannot have been added meanwhile.
        var running = _running[message.TaskId] = new Running(message.AppId, new CancellationTokenSource());
        var hold = capacity.HoldForStaging(message.Properties.Resources);
        announcer.NoteChange();
        await request.ReplyAsync(new StagingReply(message.TaskId));
        running.Work = Task.Run(async () =>
        {
            try
            {
                await StageAsync(request, message, running.Cancel.Token);
            }
            catch (Exception e)
            {
                tools.Logger.LogError(e, "Staging {Task} did not end as it should.", message.TaskId);
            }
            finally
            {
                hold.Dispose();
                _running.TryRemove(message.TaskId, out _);
                announcer.NoteChange();
            }
        });
    }

    /// <summary>Cancels the stagings of an app, or one of them.</summary>
    public void Stop(string appId, string? taskId = null)
    {
        foreach (var (id, running) in _running)
            if (running.AppId == appId && (taskId is null || taskId == id)) running.Cancel.Cancel();
    }

    /// <summary>The DEA stops: what is being staged fails now rather than silently.</summary>
    public async Task StopAllAsync()
    {
        _stopped = true;
        foreach (var running in _running.Values) await running.Cancel.CancelAsync();
        await Task.WhenAll(_running.Values.Select(r => r.Work)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _slots.Dispose();

    private async Task StageAsync(NatsMsg<StagingStartMessage> request, StagingStartMessage message, CancellationToken cancelled)
    {
        var directory = store.Create(new StagingRecord(message.TaskId, message.AppId, request.ReplyTo));
        await using var log = new StagingLog(message.TaskId, message.AppId, message.Properties.Resources.LogRate, logs, time);
        var task = new StagingTask(message, _options.FindStack(message.Stack)!, directory, log, tools);
        StagingReply reply;
        try
        {
            reply = await RunInTurnAsync(request, task, log, cancelled);
        }
        catch (StagingException e)
        {
            tools.Logger.LogInformation("Staging {Task} of {App} failed: {Type}, {Message}", message.TaskId, message.AppId, e.Type, e.Message);
            log.Complain($"{e.Type}: {e.Message}");
            reply = Failure(message.TaskId, e.Type, e.Message);
        }
        catch (Exception e)
        {
            tools.Logger.LogError(e, "Staging {Task} of {App} failed in a way that nobody foresaw.", message.TaskId, message.AppId);
            reply = Failure(message.TaskId, StagingErrors.StagingError, "Internal error: " + e.Message);
        }
        var delivered = log.FinishAsync(_options.LogFlushTimeout);
        await Task.WhenAny(delivered, Task.Delay(LogPatience, time, CancellationToken.None));
        _answers.Keep(reply);
        await request.ReplyAsync(reply, CancellationToken.None);
        await task.DisposeAsync();
        store.Delete(message.TaskId);
        await delivered;
    }

    private async Task<StagingReply> RunInTurnAsync(NatsMsg<StagingStartMessage> request, StagingTask task, StagingLog log, CancellationToken cancelled)
    {
        var patience = TimeSpan.FromSeconds(Math.Max(1, request.Data!.Properties.TimeoutSeconds));
        if (patience > _options.Staging.MaxTimeout) patience = _options.Staging.MaxTimeout;
        if (!_slots.Wait(0, CancellationToken.None))
        {
            await log.SayAsync($"Waiting for other stagings on {_options.Id} to end: {_options.Staging.Concurrency} run at a time", CancellationToken.None);
            await LimitAsync(
                async token =>
                {
                    await _slots.WaitAsync(token);
                    return true;
                },
                patience, "Staging waited {0} s for others to end", cancelled);
        }
        try
        {
            await request.ReplyAsync(new StagingReply(request.Data.TaskId, Begun: true), CancellationToken.None);
            return await LimitAsync(task.RunAsync, patience, "Staging took longer than {0} s", cancelled);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <exception cref="StagingException">It took too long, or was cancelled.</exception>
    private async Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> work, TimeSpan patience, string complaint, CancellationToken cancelled)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancelled);
        try
        {
            return await work(either.Token);
        }
        catch (Exception) when (timeout.IsCancellationRequested)
        {
            throw new StagingException(StagingErrors.TimeExpired, string.Format(CultureInfo.InvariantCulture, complaint, patience.TotalSeconds));
        }
        catch (Exception) when (cancelled.IsCancellationRequested)
        {
            throw new StagingException(StagingErrors.StagingError, _stopped ? "The DEA was stopped while it was staging" : "Staging was cancelled");
        }
    }

    private StagingException? Refuse(StagingStartMessage message)
    {
        var resources = message.Properties.Resources;
        if (message.TaskId.Length is 0 or > MaxTaskIdLength || !message.TaskId.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            return new StagingException(StagingErrors.StagingError, "The task id is not valid");
        if (resources is { Mem: <= 0 } or { Disk: <= 0 }) return new StagingException(StagingErrors.StagingError, "Memory and disk for staging must be positive");
        if (_options.FindStack(message.Stack) is null) return new StagingException(StagingErrors.StagingError, $"This DEA does not have the stack '{message.Stack}'");
        return capacity.WhatIsMissing(resources) is { } missing ? new StagingException(StagingErrors.InsufficientResources, missing) : null;
    }

    private static StagingReply Failure(string taskId, string type, string message) =>
        new(taskId, Error: message, ErrorInfo: new StagingErrorInfo(type, message));

    private sealed record Running(string AppId, CancellationTokenSource Cancel)
    {
        public Task Work { get; set; } = Task.CompletedTask;
    }
}
