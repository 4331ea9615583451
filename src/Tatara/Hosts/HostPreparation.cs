using System.Globalization;
using System.Net;
using Tatara.Backup;
using Tatara.Buildpacks;
using Tatara.Cluster;
using Tatara.Configuration;
using Tatara.Peers;
using Tatara.Setup;
using Tatara.Tls;

namespace Tatara.Hosts;

/// <summary>What has to be there before roles can start on a host: made when it is missing, checked otherwise.</summary>
internal static class HostPreparation
{
    /// <exception cref="SetupException">Something cannot be made, or was not brought here.</exception>
    public static async Task EnsureAsync(HostConfiguration host, IReadOnlyList<string> roles, CancellationToken cancellationToken)
    {
        var options = host.Platform;
        foreach (var role in roles)
            if (!File.Exists(host.Identity.CertificateFile(role)))
                throw new SetupException($"This host has no certificate for the role {role}.", $"Let it join with that role (tatara token create --role {role}), or take the role out of {host.File}.");
        if (roles.Contains(PeerRole.Dea)) RequireOwnNetwork(host, MemberList.Read(host.Identity.MembersFile));
        if (Admission.NeedsDatabase(roles)) ComponentDatabases.RequireChosen(options);
        var progress = new Progress(Console.Out, !Console.IsOutputRedirected);
        if (roles.Contains(PeerRole.CloudController)) ChosenBlobstore.RequireChosen(options);
        if (roles.Contains(PeerRole.CloudController)) await PackageBuildpacksAsync(options, progress, cancellationToken);
        var authority = new CertificateAuthority(options.TlsDirectory, options.Domain, TimeProvider.System);
        if (roles.Contains(PeerRole.Router) && !File.Exists(authority.CertificateFile))
            throw new SetupException($"There is no certificate of *.{options.Domain} in {options.TlsDirectory}.", "It is brought by `tatara join`; copy the folder from another host with a router.");
        if (roles.Contains(PeerRole.Dea)) await PrepareDeaAsync(options, authority.AuthorityFile, progress, cancellationToken);
    }

    /// <summary>What one host says about an address must not be taken for a container of another.</summary>
    /// <exception cref="SetupException">Another host's containers have the same addresses.</exception>
    internal static void RequireOwnNetwork(HostConfiguration host, MemberList members)
    {
        var other = members.Present.FirstOrDefault(m => m.Address != host.Address && m.Network is { } network && host.ContainerNetwork.Overlaps(IPNetwork.Parse(network)));
        if (other is null) return;
        var given = members.Present.FirstOrDefault(m => m.Address == host.Address)?.Network;
        throw new SetupException($"The containers of this host would have addresses of {host.ContainerNetwork.Subnet}, and so have those of {other.Name}.",
            $"Write what the platform gave this host into {host.File}: `network: {given}`, below `dea:`.");
    }

    private static async Task PackageBuildpacksAsync(PlatformOptions options, Progress progress, CancellationToken cancellationToken)
    {
        var packager = new BuildpackPackager(Repository.Buildpacks, options.Buildpacks);
        foreach (var language in packager.DetectionOrder.Where(l => !packager.IsCurrent(l)))
            await progress.StepAsync($"Buildpack {language}", async () => await packager.PackageAsync(language, cancellationToken) ? "packaged" : "already there");
    }

    private static async Task PrepareDeaAsync(PlatformOptions options, string authority, Progress progress, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(options.StackDirectory) || !Directory.Exists(options.ToolchainDirectory))
            await progress.StepAsync("Root filesystem of the stack bookworm", async () =>
            {
                await Tool.RunAsync(Repository.StackRecipe, [options.StackDirectory, PlatformOptions.UserIdBase.ToString(CultureInfo.InvariantCulture)], cancellationToken: cancellationToken);
                return "made";
            });
        await new TrustLayer(options.TrustLayer, PlatformOptions.UserIdBase).EnsureAsync(
            new Dictionary<string, string> { [$"tatara-{options.Domain}.crt"] = authority }, cancellationToken);
    }
}
