using System.Text.Json;

namespace Tatara.Cli.Api.Records;

internal sealed record App(string Guid, string Name, string State, Lifecycle? Lifecycle)
{
    public bool IsStarted => State == "STARTED";
}

internal sealed record Lifecycle(string Type);

internal sealed record AppEnvironment(
    JsonElement? SystemEnvJson,
    JsonElement? ApplicationEnvJson,
    JsonElement? EnvironmentVariables,
    JsonElement? RunningEnvJson,
    JsonElement? StagingEnvJson);

internal sealed record Process(
    string Guid,
    string Type,
    string? Command,
    int Instances,
    int MemoryInMb,
    int DiskInMb,
    ProcessRelationships? Relationships)
{
    public const string Web = "web";
}

internal sealed record ProcessRelationships(ToOne? App);

internal sealed record Sidecar(string Name);

internal sealed record Package(string Guid, string State, PackageData? Data)
{
    public string? Error => Data?.Error;
}

internal sealed record PackageData(string? Error);

internal sealed record PackageResource(string Path, string Mode, ResourceChecksum Checksum, long SizeInBytes);

internal sealed record ResourceChecksum(string Value);

internal sealed record ResourceMatches(IReadOnlyList<PackageResource> Resources);

internal sealed record Build(string Guid, string State, string? Error, Reference? Droplet);

internal sealed record Droplet(string Guid, string State, DateTimeOffset CreatedAt, string? Stack, IReadOnlyList<DropletBuildpack>? Buildpacks);

internal sealed record DropletBuildpack(string? Name, string? DetectOutput, string? BuildpackName, string? Version);

internal sealed record ManifestDiff(IReadOnlyList<ManifestDifference>? Diff);

internal sealed record ManifestDifference(string Op, string Path, JsonElement? Was, JsonElement? Value);
