using System.Text.Json.Nodes;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Api;

internal sealed partial class CloudController
{
    public Task<List<Organization>> ListOrganizationsAsync(string? labels, CancellationToken stop) =>
        ListAsync("/v3/organizations?order_by=name" + Labels(labels), CliJson.Default.OrganizationPage, stop);

    /// <exception cref="CfException">There is none of that name.</exception>
    public async Task<Organization> FindOrganizationAsync(string name, CancellationToken stop) =>
        (await ListAsync($"/v3/organizations?names={Filter(name)}", CliJson.Default.OrganizationPage, stop)).FirstOrDefault()
        ?? throw new NotFoundException($"Organization '{name}' not found.");

    public Task CreateOrganizationAsync(string name, CancellationToken stop) =>
        SucceedAsync(Json(HttpMethod.Post, "/v3/organizations", new JsonObject { ["name"] = name }), stop);

    public Task DeleteOrganizationAsync(string guid, CancellationToken stop) =>
        RunJobAsync(new ApiRequest(HttpMethod.Delete, Address($"/v3/organizations/{guid}")), stop);

    public Task<List<Space>> ListSpacesAsync(string organizationGuid, string? labels, CancellationToken stop) =>
        ListAsync($"/v3/spaces?organization_guids={organizationGuid}&order_by=name" + Labels(labels), CliJson.Default.SpacePage, stop);

    public async Task<Space?> TryFindSpaceAsync(string name, string organizationGuid, CancellationToken stop) =>
        (await ListAsync($"/v3/spaces?names={Filter(name)}&organization_guids={organizationGuid}", CliJson.Default.SpacePage, stop)).FirstOrDefault();

    /// <exception cref="CfException">There is none of that name in the organization.</exception>
    public async Task<Space> FindSpaceAsync(string name, string organizationGuid, CancellationToken stop) =>
        await TryFindSpaceAsync(name, organizationGuid, stop) ?? throw new NotFoundException($"Space '{name}' not found.");

    public async Task<IReadOnlyDictionary<string, string>> GetSpaceNamesAsync(IEnumerable<string> guids, CancellationToken stop) =>
        await NamesAsync(guids, async some =>
            (await ListAsync($"/v3/spaces?guids={Filter(some)}", CliJson.Default.SpacePage, stop)).Select(space => (space.Guid, space.Name)));

    public async Task<Space> CreateSpaceAsync(string name, string organizationGuid, CancellationToken stop)
    {
        var body = new JsonObject { ["name"] = name, ["relationships"] = new JsonObject { ["organization"] = ToOneNode(organizationGuid) } };
        return await PostAsync("/v3/spaces", body, CliJson.Default.Space, stop);
    }

    public Task DeleteSpaceAsync(string guid, CancellationToken stop) =>
        RunJobAsync(new ApiRequest(HttpMethod.Delete, Address($"/v3/spaces/{guid}")), stop);

    /// <param name="scope">organization or space.</param>
    public Task CreateRoleAsync(string type, string scope, string scopeGuid, AccessToken user, CancellationToken stop)
    {
        var data = user.IsClient ? new JsonObject { ["guid"] = user.UserName } : new JsonObject { ["username"] = user.UserName, ["origin"] = user.Origin };
        var body = new JsonObject
        {
            ["type"] = type,
            ["relationships"] = new JsonObject { ["user"] = new JsonObject { ["data"] = data }, [scope] = ToOneNode(scopeGuid) },
        };
        return SucceedAsync(Json(HttpMethod.Post, "/v3/roles", body), stop);
    }

    private static string Labels(string? selector) => string.IsNullOrEmpty(selector) ? "" : "&label_selector=" + Escape(selector);

    /// <summary>Looks names up in batches that keep the address short.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> NamesAsync(
        IEnumerable<string> guids, Func<string[], Task<IEnumerable<(string Guid, string Name)>>> look)
    {
        var names = new Dictionary<string, string>();
        foreach (var some in guids.Distinct().Chunk(GuidsPerRequest))
            foreach (var (guid, name) in await look(some))
                names[guid] = name;
        return names;
    }

    private const int GuidsPerRequest = 50;
}

/// <summary>A thing the user named does not exist.</summary>
internal sealed class NotFoundException(string message) : CfException(message);
