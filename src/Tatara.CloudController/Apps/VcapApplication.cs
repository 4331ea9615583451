using Tatara.CloudController.Api;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Apps;

/// <summary>VCAP_APPLICATION as far as Cloud Controller knows it; a DEA adds what belongs to an instance.</summary>
internal static class VcapApplication
{
    /// <summary>Open files that an instance may have.</summary>
    public const int FileDescriptors = 16_384;

    public static Dictionary<string, object?> Of(App app, Process process, Space space, string organizationName, IReadOnlyList<string> uris, Links links) => new()
    {
        ["cf_api"] = links.ApiUrl,
        ["limits"] = new Dictionary<string, object> { ["mem"] = process.MemoryMb, ["disk"] = process.DiskMb, ["fds"] = FileDescriptors },
        ["application_id"] = app.Guid,
        ["application_name"] = app.Name,
        ["name"] = app.Name,
        ["application_uris"] = uris,
        ["uris"] = uris,
        ["organization_id"] = space.OrganizationGuid,
        ["organization_name"] = organizationName,
        ["space_id"] = space.Guid,
        ["space_name"] = space.Name,
        ["process_id"] = process.Guid,
        ["process_type"] = process.Type,
        ["application_version"] = process.Version,
        ["version"] = process.Version,
        ["users"] = null,
    };
}
