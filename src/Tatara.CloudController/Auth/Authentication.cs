using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.Database;

namespace Tatara.CloudController.Auth;

/// <summary>Lets only those through who show a valid token with a scope for the API.</summary>
internal sealed class Authentication(RequestDelegate next, TokenReader tokens, KnownUsers users)
{
    public async Task InvokeAsync(HttpContext http, CallerHolder holder, CloudControllerDbContext db)
    {
        if (http.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<AnonymousEndpoint>() is null)
        {
            var header = http.Request.Headers.Authorization.ToString();
            if (header.Length == 0) throw ApiErrors.NotAuthenticated();
            var caller = await tokens.ReadAsync(header, http.RequestAborted);
            var reads = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
            if (reads ? !caller.MayRead : !caller.MayWrite) throw ApiErrors.NotAuthorized();
            await users.RememberAsync(caller, db, http.RequestAborted);
            http.Features.Set(caller);
            holder.Current = caller;
        }
        await next(http);
    }
}

/// <summary>Makes the row of a user at the first sight of a token. Remembers whom it saw, so that not every request looks again.</summary>
internal sealed class KnownUsers(TimeProvider time)
{
    private const int MaxRemembered = 10_000;

    /// <summary>Another Cloud Controller may have deleted the row.</summary>
    private static readonly TimeSpan s_believed = TimeSpan.FromMinutes(1);

    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, (string Name, DateTimeOffset SeenAt)> _names = new();

    public async ValueTask RememberAsync(Caller caller, CloudControllerDbContext db, CancellationToken cancellationToken)
    {
        if (_names.TryGetValue(caller.Guid, out var known) && known.Name == caller.Name && time.GetUtcNow() - known.SeenAt < s_believed) return;
        var user = await db.Users.SingleOrDefaultAsync(u => u.Guid == caller.Guid, cancellationToken);
        if (user is null)
        {
            user = new User { Guid = caller.Guid };
            db.Users.Add(user);
        }
        if (!caller.IsClient) (user.Username, user.Origin) = (caller.Name, caller.Origin);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            db.ChangeTracker.Clear(); // Two first requests at once: the other one made the row.
        }
        if (_names.Count >= MaxRemembered) _names.Clear();
        _names[caller.Guid] = (caller.Name, time.GetUtcNow());
    }

    /// <summary>The row is gone: make it anew when the user comes back.</summary>
    public void Forget(string guid) => _names.TryRemove(guid, out _);
}
