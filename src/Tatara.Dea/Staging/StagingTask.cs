using Microsoft.Extensions.Logging;
using Tatara.Containers;
using Tatara.Dea.Archives;
using Tatara.Dea.Droplets;
using Tatara.Dea.Linux;
using Tatara.Dea.Logs;
using Tatara.Protocol;

namespace Tatara.Dea.Staging;

/// <summary>
/// Turns one package into a droplet:
/// 1. fetches package and buildpacks; 2. runs the builder in a container that holds the package and the last build's cache; 3. receives
/// what it made while its output goes to the log; 4. judges how it ended; 5. uploads. Whatever happens, nothing is left behind.
/// </summary>
internal sealed class StagingTask(StagingStartMessage message, StackOptions stack, string directory, StagingLog log, StagingTools tools) : IAsyncDisposable
{
    private const int VcapUserId = 2000;
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);
    private Task _clearing = Task.CompletedTask;
    private StagingInput? _input;

    /// <exception cref="StagingException">It cannot be staged; type and message are the answer.</exception>
    public async Task<StagingReply> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // 1.
            _input = await tools.Inputs.PrepareAsync(message, directory, log, cancellationToken);
            if (_input.Buildpacks.Count == 0) throw new StagingException(StagingErrors.NoAppDetected, "No buildpack is installed for the stack " + stack.Name);

            // 2. to 4.
            using var droplet = await BuildAsync(_input, cancellationToken);

            // 5.
            await UploadAsync(droplet, cancellationToken);
            droplet.Install(tools.Droplets);
            return Describe(droplet.Result, droplet.Sha1, _input);
        }
        catch (ArchiveException e)
        {
            throw new StagingException(StagingErrors.StagingError, "The droplet was refused. " + e.Message, e);
        }
        catch (ContainerException e)
        {
            throw new StagingException(StagingErrors.StagingError, "The staging container failed: " + e.Message, e);
        }
    }

    /// <summary>Waits until nothing of the container is left. Nobody who waits for the droplet has to wait for that.</summary>
    public async ValueTask DisposeAsync()
    {
        await _clearing;
        _input?.Dispose();
    }

    private async Task<StagedDroplet> BuildAsync(StagingInput input, CancellationToken cancellationToken)
    {
        var pipes = new StagingPipes(directory, tools.Options.UserIdBase + VcapUserId);
        await log.SayAsync($"Cell {tools.Options.Id} creating container for staging {message.TaskId}", cancellationToken);
        var container = await tools.Containers.CreateAsync(
            StagingContainer.Describe(message, stack, input, pipes.Directory, (root, token) => tools.Inputs.FillAsync(message, input, directory, root, log, token)),
            cancellationToken);
        Task<StagedDroplet?>? receiving = null;
        try
        {
            receiving = tools.Outputs.ReceiveAsync(pipes, directory, input.Buildpacks.Count, cancellationToken);
            var exit = await RunAsync(container, receiving, cancellationToken);
            await pipes.ReleaseAsync(receiving);
            if (StagingVerdict.Judge(exit, await MeasureAsync(container), message.Properties.Resources) is { } failure)
            {
                // The builder could not hand it over because it was refused here: that is the reason then.
                if (exit.ExitCode == StagingVerdict.HandOverFailed && receiving.IsFaulted) await receiving;
                throw failure;
            }
            return await receiving ?? throw new StagingException(StagingErrors.StagingError, "The builder ended without a droplet");
        }
        catch when (receiving is not null)
        {
            await container.DestroyAsync(CancellationToken.None);
            await pipes.ReleaseAsync(receiving);
            if (receiving.IsCompletedSuccessfully) receiving.Result?.Dispose();
            throw;
        }
        finally
        {
            // While the droplet is uploaded already.
            _clearing = container.DestroyAsync(CancellationToken.None);
        }
    }

    /// <summary>Until the builder has ended and all it printed is in the log, or it goes on though what it made was refused.</summary>
    private async Task<ContainerExit> RunAsync(IContainer container, Task receiving, CancellationToken cancellationToken)
    {
        await using var reader = new ContainerLogReader(container.LogFile, ReadPosition.Start, () => container.LoggedBytes, tools.Watch);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = log.FollowAsync(reader, giveUp.Token);
        try
        {
            var ending = container.WaitAsync(cancellationToken);
            await Task.WhenAny(ending, receiving);
            if (receiving.IsFaulted && await Task.WhenAny(ending, Task.Delay(LastWords, cancellationToken)) != ending) await receiving;
            var exit = await ending;
            reader.ContainerEnded();
            await log.CatchUpAsync(following, LastWords);
            await log.SayAsync($"Exit status {exit.ExitCode}", cancellationToken);
            return exit;
        }
        finally
        {
            await giveUp.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ContainerStats?> MeasureAsync(IContainer container)
    {
        try
        {
            return await container.StatsAsync(CancellationToken.None);
        }
        catch (ContainerException e)
        {
            tools.Logger.LogDebug(e, "The container of staging {Task} could not be measured.", message.TaskId);
            return null;
        }
    }

    private async Task UploadAsync(StagedDroplet droplet, CancellationToken cancellationToken)
    {
        await log.SayAsync("Uploading droplet, build artifacts cache...", cancellationToken);
        try
        {
            await tools.Blobs.UploadAsync(message.UploadUri, droplet.File, droplet.Sha1, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new StagingException(StagingErrors.StagingError, "The droplet could not be uploaded. " + e.Message, e);
        }
        await log.SayAsync($"Uploaded droplet ({StagingInputs.Size(new FileInfo(droplet.File).Length)})", cancellationToken);
        if (droplet is { CacheFile: { } cache, CacheSha1: { } sha1 })
        {
            try
            {
                await tools.Blobs.UploadAsync(message.BuildpackCacheUploadUri, cache, sha1, cancellationToken);
                await log.SayAsync($"Uploaded build artifacts cache ({StagingInputs.Size(new FileInfo(cache).Length)})", cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // The next staging is slower, that is all.
                await log.SayAsync("The build artifacts cache could not be uploaded. " + e.Message, cancellationToken);
            }
        }
        await log.SayAsync("Uploading complete", cancellationToken);
    }

    private StagingReply Describe(StagingResult result, string sha1, StagingInput input)
    {
        var used = result.Chosen.Select((number, position) => Describe(input.Buildpacks[number], result.About(position))).ToList();
        return new StagingReply(
            message.TaskId,
            DetectedBuildpack: result.Detected is { Length: > 0 } detected ? detected : used[^1].Name ?? input.Buildpacks[result.Chosen[^1]].Name,
            BuildpackKey: input.Buildpacks[result.Chosen[^1]].Admin?.Key,
            Buildpacks: used,
            DropletSha1: sha1,
            ProcessTypes: result.ProcessTypes,
            Sidecars: result.Sidecars,
            EnvironmentDefaults: input.AppJson.Environment,
            Formation: input.AppJson.Formation);
    }

    private static UsedBuildpack Describe(StagingBuildpack buildpack, UsedBuildpack said) => said with { Key = buildpack.Key };
}

/// <summary>What every staging works with.</summary>
internal sealed record StagingTools(
    DeaOptions Options, IContainerRuntime Containers, StagingInputs Inputs, StagingOutputs Outputs, BlobClient Blobs, DropletStore Droplets, FileWatch Watch, ILogger<StagingTask> Logger);
