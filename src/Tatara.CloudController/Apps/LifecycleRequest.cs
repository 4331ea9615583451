using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Apps;

/// <summary>lifecycle of a request: which buildpacks and which stack. What is null is left as it is.</summary>
internal sealed record LifecycleRequest(IReadOnlyList<string>? Buildpacks, bool GivesStack, string? Stack)
{
    private const int MaxLength = 4096;
    private const int MaxBuildpacks = 50;

    public static LifecycleRequest? Read(Body body)
    {
        if (body.Object("lifecycle") is not { } lifecycle) return null;
        var type = lifecycle.String("type");
        if (type is not (null or "buildpack"))
            lifecycle.Fail("type", type is "docker" or "cnb" ? $"'{type}' is not available here" : "is not included in the list: buildpack");
        if (lifecycle.Object("data", required: type is null or "buildpack") is not { } data) return null;
        if (type is not (null or "buildpack"))
        {
            data.Ignore("buildpacks", "stack", "credentials");
            return null;
        }
        var buildpacks = data.Strings("buildpacks", MaxBuildpacks);
        if (buildpacks?.Any(b => string.IsNullOrWhiteSpace(b) || b.Length > MaxLength) == true) data.Fail("buildpacks", "entries must be between 1 and 4096 characters");
        var stack = data.String("stack", minLength: 1, maxLength: MaxLength);
        data.Ignore("credentials");
        return new LifecycleRequest(data.Has("buildpacks") ? buildpacks ?? [] : null, data.Has("stack"), stack);
    }

    /// <summary>Applies it, unless it names a buildpack or a stack that is not there.</summary>
    public async Task ApplyToAsync(App app, CloudControllerDbContext db, CloudControllerOptions options, CancellationToken cancellationToken)
    {
        if (Buildpacks is not null)
        {
            await BuildpackNames.RequireKnownAsync(db, Buildpacks, cancellationToken);
            app.Buildpacks = Buildpacks;
        }
        if (!GivesStack) return;
        var stack = options.StackAliases.GetValueOrDefault(Stack ?? "", Stack ?? options.DefaultStack);
        if (!await db.Stacks.AnyAsync(s => s.Name == stack, cancellationToken)) throw ApiErrors.Unprocessable($"Stack \"{Stack}\" must be an existing stack");
        app.Stack = stack;
    }
}
