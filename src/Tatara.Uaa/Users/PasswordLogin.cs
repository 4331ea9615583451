using Tatara.Uaa.Errors;
using Tatara.Uaa.Status;

namespace Tatara.Uaa.Users;

/// <summary>Checks a user name and a password.</summary>
internal sealed class PasswordLogin(UserStore users, Passwords passwords, Lockout lockout, UaaCounters counters)
{
    public const string BadCredentialsText = "Bad credentials";

    /// <summary>Longer names belong to nobody.</summary>
    private const int MaxUserNameLength = 255;

    /// <summary>Attempts on one name wait for each other here, or many at once would all be let through before the first failure counts.</summary>
    private readonly SemaphoreSlim[] _lanes = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public async Task<User> LogInAsync(string userName, string password, CancellationToken cancellationToken)
    {
        if (userName.Length > MaxUserNameLength) throw BadCredentials();
        var key = User.KeyOf(userName);
        var lane = _lanes[(uint)key.GetHashCode(StringComparison.Ordinal) % _lanes.Length];
        await lane.WaitAsync(cancellationToken);
        try
        {
            if (lockout.IsLocked(key))
                throw UaaException.Unauthorized("Your account has been locked because of too many failed attempts to login.");
            var user = await users.FindByNameAsync(key, User.InternalOrigin, cancellationToken);
            var good = await passwords.MatchesAsync(user?.PasswordHash, password, cancellationToken);
            if (!good || user is not { Active: true })
            {
                lockout.Failed(key);
                throw BadCredentials();
            }
            lockout.Succeeded(key);
            return user;
        }
        catch (UaaException)
        {
            counters.LoginFailed();
            throw;
        }
        finally
        {
            lane.Release();
        }
    }

    private static UaaException BadCredentials() => UaaException.Unauthorized(BadCredentialsText);
}
