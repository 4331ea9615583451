using System.CommandLine;
using System.Net;
using Tatara.Cluster;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Peers;

namespace Tatara.Commands;

/// <summary>`tatara token create`: on the founding host, what lets one other host join.</summary>
internal static class TokenCommand
{
    private const int UsualMinutes = 60;
    private const int MaxMinutes = 7 * 24 * 60;

    public static Command Create()
    {
        var role = new Option<string[]>("--role") { Description = "what the host will run; may be given several times", Required = true };
        role.AcceptOnlyFromAmong([.. PeerRole.All.Where(r => r != PeerRole.Authority)]);
        var minutes = new Option<int>("--ttl") { Description = "minutes until it ends", DefaultValueFactory = _ => UsualMinutes };
        var name = new Option<string?>("--name") { Description = "what the host will be called (default: what it says)" };
        var address = new Option<string?>("--address") { Description = "IPv4 address that others reach the host at (default: the one that it joins from)" };
        var config = new Option<string>("--config") { Description = "the founding host's configuration file", DefaultValueFactory = _ => HostConfiguration.UsualFile };
        var create = new Command("create", "Make a token that lets one host join, once.") { role, minutes, name, address, config };
        create.SetAction(result =>
        {
            var host = FoundingHost(result.GetRequiredValue(config));
            var roles = result.GetRequiredValue(role).Distinct().ToArray();
            Check(host, roles, result.GetValue(minutes), result.GetValue(name), result.GetValue(address));
            var tokens = new TokenStore(Path.Combine(host.Identity.Directory, "tokens"), TimeProvider.System);
            var secret = tokens.Create(new TokenGrant(roles, DateTimeOffset.UtcNow.AddMinutes(result.GetValue(minutes)), result.GetValue(name), result.GetValue(address)));
            using var authority = new ClusterAuthority(host.Identity.Directory, TimeProvider.System).Load();
            Console.WriteLine(new JoinToken(new IPEndPoint(IPAddress.Parse(host.Address), host.Platform.AuthorityPort), ClusterAuthority.FingerprintOf(authority), secret));
            return 0;
        });
        return new Command("token", "Let other hosts join.") { create };
    }

    /// <exception cref="SetupException">This is another host.</exception>
    public static HostConfiguration FoundingHost(string file)
    {
        var host = HostFile.Load(Path.GetFullPath(file));
        return new ClusterAuthority(host.Identity.Directory, TimeProvider.System).Exists ? host
            : throw new SetupException($"{host.Name} does not hold the key of the authority.", "Do this on the founding host.");
    }

    private static void Check(HostConfiguration host, string[] roles, int minutes, string? name, string? address)
    {
        if (minutes is < 1 or > MaxMinutes) throw new SetupException($"--ttl {minutes} cannot be.", $"A token may live 1 to {MaxMinutes} minutes.");
        if (name is not null && !HostFile.IsHostName(name)) throw new SetupException($"--name {name} cannot name a host.", "Use 1 to 40 lower case letters, digits and dashes.");
        if (address is not null && !HostFile.IsAddress(address)) throw new SetupException($"--address {address} is not an IPv4 address of a host.", "");
        if (Admission.NeedsDatabase(roles) && host.Platform.Database is null)
            throw new SetupException("The rows of this platform are in a file of the founding host: a second Cloud Controller or UAA cannot reach them.",
                "Move them first: tatara move-database postgresql --database FILE, and name FILE as `database` in the configuration.");
        if (Admission.NeedsBlobstore(roles) && host.Platform.Blobstore is null)
            throw new SetupException("The bits of this platform's apps are in a folder of the founding host: a second Cloud Controller cannot reach them.",
                "Move them first: tatara move-blobstore s3 --blobstore FILE, and name FILE as `blobstore` in the configuration.");
    }
}
