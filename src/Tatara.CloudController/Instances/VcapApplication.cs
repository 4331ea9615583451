using System.Text.Json;
using Tatara.CloudController.Api;

namespace Tatara.CloudController.Instances;

/// <summary>VCAP_APPLICATION as far as it is known before there is an instance; the DEA adds what belongs to one.</summary>
internal sealed record VcapApplication(
    string ApplicationId,
    string ApplicationName,
    string Name,
    IReadOnlyList<string> ApplicationUris,
    IReadOnlyList<string> Uris,
    string ApplicationVersion,
    string Version,
    string CfApi,
    VcapLimits Limits,
    string OrganizationId,
    string OrganizationName,
    string SpaceId,
    string SpaceName,
    string? ProcessId,
    string? ProcessType,
    object? Users)
{
    public static JsonElement Of(
        AppSurroundings surroundings, IReadOnlyList<string> uris, string version, VcapLimits limits, string apiUrl, (string Guid, string Type)? process)
    {
        var (app, space, organization, _) = surroundings;
        return JsonSerializer.SerializeToElement(
            new VcapApplication(
                app.Guid, app.Name, app.Name, uris, uris, version, version, apiUrl, limits,
                organization.Guid, organization.Name, space.Guid, space.Name, process?.Guid, process?.Type, null),
            ApiJson.Options);
    }
}

/// <summary>MB, MB, and open files.</summary>
internal sealed record VcapLimits(int Fds, int Mem, int Disk);
