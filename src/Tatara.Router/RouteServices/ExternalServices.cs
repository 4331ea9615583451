using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tatara.Router.Registry;

namespace Tatara.Router.RouteServices;

/// <summary>
/// Route services that run elsewhere. Each host and port is an endpoint that no registration made, and one that is
/// asked over HTTPS: whoever takes its requests gets users' data and a signature that opens the app.
/// </summary>
internal sealed class ExternalServices
{
    /// <summary>Users name them. When there are more, connections to all of them are made anew.</summary>
    private const int MaxServices = 1000;

    private readonly ConcurrentDictionary<string, Route> _routes = new(StringComparer.OrdinalIgnoreCase);
    private readonly X509Certificate2Collection _authorities = [];
    private readonly SslClientAuthenticationOptions _tls;

    /// <exception cref="ArgumentException">The authorities cannot be read.</exception>
    public ExternalServices(RouterOptions options)
    {
        if (options.RouteServices?.AuthoritiesFile is { } file) Import(file);
        _tls = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate as X509Certificate2, chain, errors) };
    }

    /// <summary>A route that leads to the service and nowhere else; null: it is not to be asked over HTTPS.</summary>
    public Route? Find(RouteService service)
    {
        if (service.Url.Scheme != Uri.UriSchemeHttps) return null;
        if (_routes.TryGetValue(service.Url.Authority, out var known)) return known;
        if (_routes.Count >= MaxServices)
            foreach (var authority in _routes.Keys)
                if (_routes.TryRemove(authority, out var old)) old.Members[0].Endpoint.Retire();
        return _routes.GetOrAdd(service.Url.Authority, _ => CreateRoute(service.Url));
    }

    private Route CreateRoute(Uri url)
    {
        var address = new EndpointAddress(url.IdnHost, url.Port);
        var route = new Route(new RouteKey(url.IdnHost, ""));
        route.Add(new RouteMember(new Endpoint(address, new EndpointOwner(null, null), null, null) { Tls = _tls }, TimeSpan.MaxValue));
        return route;
    }

    private void Import(string file)
    {
        try
        {
            _authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"The authorities of route services in {file} cannot be read: {e.Message}", e);
        }
        if (_authorities.Count == 0) throw new ArgumentException($"{file} contains no certificate of an authority.");
    }

    /// <summary>By the machine's authorities, or by those that the operator added; of the right name in any case.</summary>
    private bool IsTrusted(X509Certificate2? certificate, X509Chain? given, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is null || _authorities.Count == 0) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        if (given is not null)
            foreach (var element in given.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return chain.Build(certificate);
    }

    /// <summary>Made for servers (RFC 5280, 4.2.1.12).</summary>
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
}
