using System.Net.Sockets;
using System.Security.Authentication;

namespace Tatara.Cli.Api;

/// <summary>The server could not be reached or trusted, or the connection broke.</summary>
internal sealed class NetworkException(string message, Exception inner, bool isPassing) : CfException(message, inner)
{
    private const string Tip =
        "TIP: If you are behind a firewall and require an HTTP proxy, verify the https_proxy environment variable is correctly set. "
        + "Else, check your network connection.";

    /// <summary>Trying again may help.</summary>
    public bool IsPassing => isPassing;

    public static NetworkException TimedOut(Uri uri, Exception inner) =>
        new($"Request error: {uri} did not answer in time\n{Tip}", inner, isPassing: false);

    public static NetworkException From(Exception error, Uri uri, ServerIdentity identity)
    {
        if (error is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } && error.InnerException is AuthenticationException)
        {
            var server = uri.GetLeftPart(UriPartial.Authority);
            var problem = identity.Problem switch
            {
                IdentityProblem.WrongName => $"SSL Certificate Error the certificate of {server} is for another name",
                IdentityProblem.Untrusted => $"Invalid SSL Cert for {server}",
                _ => $"SSL Error with {server}: {Innermost(error)}",
            };
            return new NetworkException(
                problem + "\nTIP: Use 'cf api --skip-ssl-validation' to continue with an insecure API endpoint, "
                + "or name the file with its CA certificate in SSL_CERT_FILE",
                error,
                isPassing: false);
        }

        return new NetworkException($"Request error: {Doing(error, uri)}: {Innermost(error)}\n{Tip}", error, isPassing: true);
    }

    private static string Doing(Exception error, Uri uri) => error switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => $"the name {uri.Host} cannot be resolved",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => $"dial tcp {uri.Host}:{uri.Port}",
        _ => $"{uri.GetLeftPart(UriPartial.Authority)} broke off",
    };

    private static string Innermost(Exception error)
    {
        while (error is not SocketException && error.InnerException is { } inner) error = inner;
        return error.Message;
    }
}
