using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tatara.Uaa.Errors;

namespace Tatara.Uaa.Clients;

/// <summary>Finds out which client sent a request: HTTP Basic, or client_id and client_secret in the form.</summary>
internal sealed class ClientAuthenticator(ClientRegistry clients)
{
    public OAuthClient Authenticate(HttpRequest request, IFormCollection form)
    {
        var (id, secret) = Credentials(request, form) ?? throw UaaException.InvalidClient("Missing credentials");
        if (form["client_id"] is [{ Length: > 0 } named] && named != id)
            throw UaaException.InvalidClient("Given client ID does not match authenticated client");
        var client = clients.Find(id);
        // The comparison is done for unknown clients too, and takes the same time wherever the secrets differ.
        var good = CryptographicOperations.FixedTimeEquals(Digest(client?.Secret ?? ""), Digest(secret));
        return client is not null && good ? client : throw UaaException.InvalidClient("Bad credentials");
    }

    private static (string Id, string Secret)? Credentials(HttpRequest request, IFormCollection form)
    {
        if (AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            && header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
        {
            var (id, secret) = Decode(header.Parameter ?? "");
            return request.Headers["X-CF-ENCODED-CREDENTIALS"] == "true" ? (Uri.UnescapeDataString(id), Uri.UnescapeDataString(secret)) : (id, secret);
        }
        return form["client_id"] is [{ Length: > 0 } formId] ? (formId, form["client_secret"].ToString()) : null;
    }

    private static (string Id, string Secret) Decode(string parameter)
    {
        var bytes = new byte[parameter.Length];
        if (!Convert.TryFromBase64String(parameter, bytes, out var length)) throw UaaException.InvalidClient("Failed to decode basic authentication token");
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? throw UaaException.InvalidClient("Invalid basic authentication token") : (text[..colon], text[(colon + 1)..]);
    }

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
