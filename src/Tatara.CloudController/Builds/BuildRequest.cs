using Tatara.CloudController.Api;
using Tatara.CloudController.Metadata;

namespace Tatara.CloudController.Builds;

/// <summary>POST /v3/builds, read and checked as far as that needs no database.</summary>
internal sealed record BuildRequest(
    string PackageGuid, IReadOnlyList<string>? Buildpacks, string? Stack, int? MemoryMb, int? DiskMb, long? LogRateLimit, MetadataPatch Metadata)
{
    private const int MaxBuildpacks = 32;

    public static async Task<BuildRequest> ReadAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var package = body.Object("package", required: true)?.String("guid", required: true);
        IReadOnlyList<string>? buildpacks = null;
        string? stack = null;
        if (body.Object("lifecycle") is { } lifecycle)
        {
            lifecycle.OneOf("type", ["buildpack"], required: true);
            var data = lifecycle.Object("data", required: true);
            buildpacks = data?.Strings("buildpacks", MaxBuildpacks);
            stack = data?.String("stack", minLength: 1, maxLength: 4096);
            if (buildpacks?.Any(b => b.Length is 0 or > 4096) ?? false) data!.Fail("buildpacks", "entries must be between 1 and 4096 characters");
        }
        var memory = body.Integer("staging_memory_in_mb", min: 1);
        var disk = body.Integer("staging_disk_in_mb", min: 1);
        var logRate = body.Integer("staging_log_rate_limit_bytes_per_second", min: -1, max: long.MaxValue);
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        return new BuildRequest(package!, buildpacks, stack, (int?)memory, (int?)disk, logRate, metadata);
    }
}
