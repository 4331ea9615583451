using Tatara.Cli.Api.Records;
using Tatara.Cli.Configuration;

namespace Tatara.Cli.Commands;

/// <summary>After a login: targets the named org and space, the only ones there are, or those the user picks.</summary>
internal sealed class TargetChooser(Session session, string? organization, string? space)
{
    /// <summary>Beyond this many a list helps nobody.</summary>
    private const int MaxListed = 50;

    public async Task ChooseAsync(CancellationToken stop)
    {
        if (await ChooseOrganizationAsync(stop) is not { } chosen) return;
        session.Config.Organization = new NamedGuid(chosen.Guid, chosen.Name);
        session.Terminal.Say($"Targeted org {chosen.Name}.");
        session.Terminal.Line();
        if (await ChooseSpaceAsync(chosen.Guid, stop) is not { } targeted) return;
        session.Config.Space = new NamedGuid(targeted.Guid, targeted.Name);
        session.Terminal.Say($"Targeted space {targeted.Name}.");
        session.Terminal.Line();
    }

    private async Task<Organization?> ChooseOrganizationAsync(CancellationToken stop)
    {
        if (organization is not null) return await session.Api.FindOrganizationAsync(organization, stop);
        var all = await session.Api.ListOrganizationsAsync(null, stop);
        if (space is not null)
        {
            var having = new List<Organization>();
            foreach (var one in all)
                if (await session.Api.TryFindSpaceAsync(space, one.Guid, stop) is not null) having.Add(one);
            all = having;
        }

        return Pick(all, one => one.Name, "Select an org:", "Org", name => $"Organization '{name}' not found.");
    }

    private async Task<Space?> ChooseSpaceAsync(string organizationGuid, CancellationToken stop)
    {
        if (space is not null) return await session.Api.FindSpaceAsync(space, organizationGuid, stop);
        var all = await session.Api.ListSpacesAsync(organizationGuid, null, stop);
        return Pick(all, one => one.Name, "Select a space:", "Space", name => $"Space '{name}' not found.");
    }

    private T? Pick<T>(IReadOnlyList<T> choices, Func<T, string> name, string title, string prompt, Func<string, string> unknown) where T : class
    {
        if (choices.Count <= 1) return choices is [var only] ? only : null;
        while (true)
        {
            session.Terminal.Line(title);
            if (choices.Count < MaxListed)
                for (var index = 0; index < choices.Count; index++) session.Terminal.Line($"{index + 1}. {name(choices[index])}");
            else
                session.Terminal.Line("There are too many options to display; please type in the name.");
            session.Terminal.Line();

            var answer = session.Terminal.TryAsk($"{prompt} (enter to skip)");
            if (string.IsNullOrEmpty(answer)) return null;
            if (choices.FirstOrDefault(one => name(one) == answer) is { } named) return named;
            if (!int.TryParse(answer, out var number)) throw new CfException(unknown(answer));
            if (choices.Count < MaxListed && number >= 1 && number <= choices.Count) return choices[number - 1];
        }
    }
}
