using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Tatara.LogCache.Access;

/// <summary>Who reads, and what they may read.</summary>
internal sealed class ReaderAuthorizer(TokenReader tokens, AppVisibility apps)
{
    /// <summary>Questions to Cloud Controller at once for a list of sources.</summary>
    private const int MaxQuestions = 8;

    public Task<Reader> IdentifyAsync(HttpRequest request, CancellationToken cancellationToken) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && header.Parameter is { Length: > 0 } token
            ? tokens.ReadAsync(token, cancellationToken)
            : throw new NotForYouException();

    public async Task<bool> MayReadAsync(Reader reader, string sourceId, CancellationToken cancellationToken) =>
        reader.MayReadAll || await apps.SeesAsync(reader.Token, sourceId, cancellationToken);

    public async Task<IReadOnlyList<string>> VisibleAsync(Reader reader, IEnumerable<string> sourceIds, CancellationToken cancellationToken)
    {
        if (reader.MayReadAll) return [.. sourceIds.Order(StringComparer.Ordinal)];
        var visible = new System.Collections.Concurrent.ConcurrentBag<string>();
        await Parallel.ForEachAsync(sourceIds, new ParallelOptions { MaxDegreeOfParallelism = MaxQuestions, CancellationToken = cancellationToken }, async (id, token) =>
        {
            if (await apps.SeesAsync(reader.Token, id, token)) visible.Add(id);
        });
        return [.. visible.Order(StringComparer.Ordinal)];
    }
}
