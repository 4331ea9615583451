namespace Tatara.Router.Acme;

/// <summary>An authority refused or did not answer as RFC 8555 says.</summary>
/// <param name="type">The problem's type as the authority calls it; null: it is none of theirs.</param>
internal sealed class AcmeException(string message, string? type = null, Exception? inner = null) : Exception(message, inner)
{
    public string? Type { get; } = type;
}
