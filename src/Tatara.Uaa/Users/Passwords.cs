using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;

namespace Tatara.Uaa.Users;

/// <summary>
/// Hashes and compares passwords. Hashing is slow on purpose; a gate keeps a flood of logins from taking every core
/// from the rest of the platform.
/// </summary>
internal sealed class Passwords : IDisposable
{
    /// <summary>As UAA's default policy.</summary>
    public const int MaxLength = 255;

    private readonly PasswordHasher<User> _hasher = new();
    private readonly SemaphoreSlim _gate = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly Task<string> _decoy;

    public Passwords() => _decoy = Task.Run(() => _hasher.HashPassword(null!, Convert.ToHexString(RandomNumberGenerator.GetBytes(16))));

    public void Dispose() => _gate.Dispose();

    public async Task<string> HashAsync(string password, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => _hasher.HashPassword(null!, password), cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Without a hash it does the same work and says no: the time it takes does not tell whether a user exists.</summary>
    public async Task<bool> MatchesAsync(string? hash, string password, CancellationToken cancellationToken)
    {
        var against = hash ?? await _decoy;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var result = await Task.Run(() => _hasher.VerifyHashedPassword(null!, against, password), cancellationToken);
            return hash is not null && result != PasswordVerificationResult.Failed;
        }
        finally
        {
            _gate.Release();
        }
    }
}
