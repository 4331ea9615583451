namespace Tatara.CloudController.Packages;

/// <summary>Decides whether the symbolic links of an app stay inside it, links that lead through other links included.</summary>
internal sealed class LinkRules(IReadOnlyDictionary<string, string> links)
{
    /// <summary>Linux follows as many before it gives up (ELOOP).</summary>
    private const int MaxFollowed = 40;

    /// <exception cref="PackageInvalidException">The link leads out of the app.</exception>
    public void Check(string link)
    {
        if (links[link].StartsWith('/')) throw Escapes(link);
        var followed = 0;
        Walk(Parent(link), links[link], link, ref followed);
    }

    /// <summary>An entry below a link would be written to where the link leads.</summary>
    /// <exception cref="PackageInvalidException">One of the path's folders is a link.</exception>
    public void CheckFolders(string path)
    {
        if (links.Count == 0) return;
        for (var folder = Parent(path); folder.Length > 0; folder = Parent(folder))
            if (links.ContainsKey(folder))
                throw new PackageInvalidException($"The entry '{EntryPath.Show(path)}' lies below '{EntryPath.Show(folder)}', which is a link.");
    }

    /// <summary>Walks as the kernel would; null when the chain is a loop, which leads nowhere and so not out.</summary>
    private string? Walk(string from, string target, string link, ref int followed)
    {
        string? at = from;
        foreach (var part in target.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part == "..")
            {
                if (at.Length == 0) throw Escapes(link);
                at = Parent(at);
                continue;
            }
            var next = at.Length == 0 ? part : $"{at}/{part}";
            if (!links.TryGetValue(next, out var further))
            {
                at = next;
                continue;
            }
            if (further.StartsWith('/')) throw Escapes(next);
            if (++followed > MaxFollowed) return null;
            at = Walk(at, further, link, ref followed);
            if (at is null) return null;
        }
        return at;
    }

    private static string Parent(string path) => path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "";

    private static PackageInvalidException Escapes(string link) =>
        new($"The link '{EntryPath.Show(link)}' leads out of the app.");
}
