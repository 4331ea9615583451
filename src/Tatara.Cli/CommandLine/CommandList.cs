using Tatara.Cli.Commands;

namespace Tatara.Cli.CommandLine;

/// <summary>All verbs. Only the one that runs is made.</summary>
internal static class CommandList
{
    private static readonly (string Name, string? Alias, Func<CfCommand> Make)[] All =
    [
        ("help", "h", () => new HelpCommand()),
        ("version", null, () => new VersionCommand()),
        ("api", null, () => new ApiCommand()),
        ("login", "l", () => new LoginCommand()),
        ("auth", null, () => new AuthCommand()),
        ("logout", "lo", () => new LogoutCommand()),
        ("target", "t", () => new TargetCommand()),
        ("apps", "a", () => new AppsCommand()),
        ("app", null, () => new AppCommand()),
        ("push", "p", () => new PushCommand()),
        ("scale", null, () => new ScaleCommand()),
        ("delete", "d", () => new DeleteCommand()),
        ("start", "st", () => new StartCommand()),
        ("stop", "sp", () => new StopCommand()),
        ("restart", "rs", () => new RestartCommand()),
        ("restage", "rg", () => new RestageCommand()),
        ("events", null, () => new EventsCommand()),
        ("logs", null, () => new LogsCommand()),
        ("env", "e", () => new EnvCommand()),
        ("set-env", "se", () => new SetEnvCommand()),
        ("unset-env", "ue", () => new UnsetEnvCommand()),
        ("stacks", null, () => new StacksCommand()),
        ("orgs", "o", () => new OrgsCommand()),
        ("create-org", "co", () => new CreateOrgCommand()),
        ("delete-org", null, () => new DeleteOrgCommand()),
        ("spaces", null, () => new SpacesCommand()),
        ("create-space", "csp", () => new CreateSpaceCommand()),
        ("delete-space", null, () => new DeleteSpaceCommand()),
        ("domains", null, () => new DomainsCommand()),
        ("create-private-domain", "create-domain", () => new CreatePrivateDomainCommand()),
        ("delete-private-domain", "delete-domain", () => new DeleteDomainCommand(isShared: false)),
        ("create-shared-domain", null, () => new CreateSharedDomainCommand()),
        ("delete-shared-domain", null, () => new DeleteDomainCommand(isShared: true)),
        ("router-groups", null, () => new RouterGroupsCommand()),
        ("routes", "r", () => new RoutesCommand()),
        ("create-route", null, () => new CreateRouteCommand()),
        ("update-route", null, () => new UpdateRouteCommand()),
        ("map-route", null, () => new MapRouteCommand()),
        ("unmap-route", null, () => new UnmapRouteCommand()),
        ("delete-route", null, () => new DeleteRouteCommand()),
        ("create-user-provided-service", "cups", () => new CreateUserProvidedServiceCommand()),
        ("services", "s", () => new ServicesCommand()),
        ("service", null, () => new ServiceCommand()),
        ("delete-service", "ds", () => new DeleteServiceCommand()),
        ("bind-route-service", "brs", () => new RouteServiceCommand(binds: true)),
        ("unbind-route-service", "urs", () => new RouteServiceCommand(binds: false)),
        ("buildpacks", null, () => new BuildpacksCommand()),
        ("create-buildpack", null, () => new CreateBuildpackCommand()),
        ("update-buildpack", null, () => new UpdateBuildpackCommand()),
        ("delete-buildpack", null, () => new DeleteBuildpackCommand()),
        ("running-environment-variable-group", "revg", () => new EnvironmentGroupCommand("running", "staging", "revg")),
        ("staging-environment-variable-group", "sevg", () => new EnvironmentGroupCommand("staging", "running", "sevg")),
        ("set-running-environment-variable-group", "srevg", () => new SetEnvironmentGroupCommand("running", "srevg")),
        ("set-staging-environment-variable-group", "ssevg", () => new SetEnvironmentGroupCommand("staging", "ssevg")),
        ("curl", null, () => new CurlCommand()),
        ("oauth-token", null, () => new OauthTokenCommand()),
    ];

    public static IEnumerable<string> Names => All.Select(entry => entry.Name);

    /// <param name="word">A name or an alias.</param>
    public static CfCommand? TryMake(string word)
    {
        foreach (var (name, alias, make) in All)
            if (name == word || alias == word) return make();
        return null;
    }
}
