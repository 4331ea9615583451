using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tatara.CloudController.Api;
using Tatara.CloudController.FeatureFlags;

namespace Tatara.CloudController.Packages;

/// <summary>POST /v3/resource_matches: which of these files need not be uploaded?</summary>
internal sealed class ResourceMatchEndpoints(ResourceCache cache, FeatureFlagStore flags)
{
    private const int MaxResources = 5000;

    /// <summary>5,000 resources with the longest paths fit.</summary>
    private const long MaxBodyBytes = 32 << 20;

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        call.AllowBody(MaxBodyBytes);
        var body = await call.ReadBodyAsync();
        var resources = Read(body);
        body.ThrowIfInvalid();
        await flags.RequireBitsUploadAsync(call);
        if (!await flags.IsEnabledAsync("resource_matching", call.Cancelled)) resources.Clear();
        var known = await cache.FindAsync(resources, call.Cancelled);
        return Answer.Created(new ResourceMatches([.. resources.Where(known.ContainsKey).Select(r => new MatchedResource(new(r.Sha1), r.Size, r.Path, r.Mode))]));
    }

    private static List<ResourceFingerprint> Read(Body body)
    {
        var resources = new List<ResourceFingerprint>();
        if (!body.Has("resources") || body.Raw.GetProperty("resources") is not { ValueKind: JsonValueKind.Array } items)
        {
            body.Fail("Resources must be an array");
            return resources;
        }
        if (items.GetArrayLength() == 0) body.Fail("Resources must have at least 1 resource");
        else if (items.GetArrayLength() > MaxResources) body.Fail($"Resources array can have at most {MaxResources} resources");
        else
        {
            foreach (var item in items.EnumerateArray())
            {
                if (ResourceFingerprint.Read(item, out var problem) is { } resource) resources.Add(resource);
                else body.Fail(problem!);
            }
        }
        return resources;
    }
}

internal sealed record ResourceMatches(IReadOnlyList<MatchedResource> Resources);

internal sealed record MatchedResource(ResourceChecksum Checksum, long SizeInBytes, string? Path, string? Mode);

internal sealed record ResourceChecksum(string Value);
