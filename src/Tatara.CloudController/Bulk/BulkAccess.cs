using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Bulk;

/// <summary>The platform's own parts come with a password of theirs instead of a user's token.</summary>
internal sealed class BulkAccess(CloudControllerOptions options)
{
    public void Require(HttpRequest request)
    {
        var given = AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header) && header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            ? header.Parameter ?? "" : "";
        var expected = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.BulkUser}:{options.BulkPassword}"));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected))) throw ApiErrors.NotAuthenticated();
    }
}
