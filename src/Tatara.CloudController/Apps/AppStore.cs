using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Logs;
using Tatara.CloudController.Processes;

namespace Tatara.CloudController.Apps;

/// <summary>Makes apps and asks for their end; shared by the API and manifests.</summary>
internal sealed class AppStore(CloudControllerDbContext db, CloudControllerOptions options, EventRecorder events, JobQueue jobs, ApiLog log)
{
    public CloudControllerOptions Options => options;

    /// <summary>Adds an app with its web process, unsaved.</summary>
    public App Add(string name, Space space)
    {
        var app = new App { Name = name, SpaceGuid = space.Guid, Stack = options.DefaultStack };
        db.Apps.Add(app);
        db.Processes.Add(ProcessFactory.Create(app, ProcessFactory.Web, options));
        return app;
    }

    public static void CheckName(Body body, string? name)
    {
        if (name is null) return;
        if (string.IsNullOrWhiteSpace(name)) body.Fail("name", "can't be blank");
        else if (name.Any(char.IsControl)) body.Fail("name", "is invalid");
    }

    public static ApiException NameTaken(string name) => ApiErrors.Uniqueness($"App with the name '{name}' already exists.");

    /// <summary>Marks the app and leaves the work to a job; asking again answers with the same job.</summary>
    public async Task<IResult> RequestDeletionAsync(App app, Space space, CancellationToken cancellationToken)
    {
        if (app.Deleting
            && await db.Jobs.FirstOrDefaultAsync(j => j.Operation == "app.delete" && j.ResourceGuid == app.Guid && j.State == JobStates.Processing, cancellationToken) is { } running)
            return jobs.Accepted(running);
        app.Deleting = true;
        events.Record("audit.app.delete-request", app, space);
        var job = await jobs.EnqueueAsync("app.delete", app.Guid, ("app", app.Guid), cancellationToken);
        await LogAsync(app, $"Enqueued job to delete app with guid {app.Guid}", cancellationToken);
        return jobs.Accepted(job);
    }

    public Task LogAsync(App app, string line, CancellationToken cancellationToken) => log.WriteAsync(app.Guid, line, cancellationToken);
}
