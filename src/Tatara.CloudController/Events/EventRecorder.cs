using System.Text.Json;
using Tatara.CloudController.Api;
using Tatara.CloudController.Auth;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Events;

/// <summary>Adds audit events to the unit of work: they are saved with what they tell of, or not at all.</summary>
internal sealed class EventRecorder(CloudControllerDbContext db, CallerHolder caller)
{
    /// <summary>Something that a user did.</summary>
    public void Record(string type, EventSubject target, string? spaceGuid, string? organizationGuid, object? data = null)
    {
        var actor = caller.Current is { } c ? new EventSubject(c.Guid, "user", c.Name) : new EventSubject("system", "system", "system");
        Record(type, actor, target, spaceGuid, organizationGuid, data);
    }

    /// <summary>Something that happened by itself, a crash for example: the actor is a process.</summary>
    public void Record(string type, EventSubject actor, EventSubject target, string? spaceGuid, string? organizationGuid, object? data = null) =>
        db.AuditEvents.Add(new AuditEvent
        {
            Type = type,
            ActorGuid = actor.Guid,
            ActorType = actor.Type,
            ActorName = actor.Name,
            TargetGuid = target.Guid,
            TargetType = target.Type,
            TargetName = target.Name,
            SpaceGuid = spaceGuid,
            OrganizationGuid = organizationGuid,
            Data = data is null ? "{}" : JsonSerializer.Serialize(data, data.GetType(), ApiJson.Options),
        });

    public void Record(string type, App app, Space space, object? data = null) =>
        Record(type, new EventSubject(app.Guid, "app", app.Name), space.Guid, space.OrganizationGuid, data);
}

/// <summary>Who did it, or what it was done to.</summary>
internal sealed record EventSubject(string Guid, string Type, string Name);
