namespace Tatara.LogCache.Access;

/// <summary>Whoever reads.</summary>
/// <param name="MayReadAll">The token has a scope that opens every source.</param>
internal sealed record Reader(string Token, bool MayReadAll);

/// <summary>No token, a bad one, or one that may not see this.</summary>
internal sealed class NotForYouException : Exception;

/// <summary>The UAA or Cloud Controller does not answer, so nobody can say who may read.</summary>
internal sealed class AccessUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
