using Tatara.Router.Acme;

namespace Tatara.Router.OwnAnswers;

/// <summary>Decides, before a route is looked for, whether the router answers by itself. Costs two comparisons when there is nothing to answer.</summary>
internal sealed class OwnAnswerFinder(HttpsRedirect redirect, AcmeChallenges challenges)
{
    /// <param name="isTls">Whether the client came over HTTPS, here or at a load balancer that is believed.</param>
    /// <param name="host">Without a port.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="mayForget">The method is GET or HEAD: a redirect that changes the method to GET does no harm.</param>
    public OwnAnswer? Find(bool isTls, ReadOnlySpan<byte> host, ReadOnlySpan<byte> target, bool mayForget)
    {
        if (challenges.Answer(target) is { } proof) return new OwnAnswer(200, "OK", proof);
        if (isTls || !redirect.Takes(host)) return null;
        var location = redirect.LocationOf(host, target);
        return mayForget
            ? new OwnAnswer(301, "Moved Permanently", $"Use {location}\n", location)
            : new OwnAnswer(308, "Permanent Redirect", $"Use {location}\n", location);
    }
}
