using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Peers;
using Tatara.Tls;

namespace Tatara.Cluster;

/// <summary>Makes a machine the first host of a platform of many: alone, or with the platform that `tatara up` ran on it.</summary>
internal sealed class Founding(PlatformOptions options, string name, string address)
{
    /// <summary>1. the authority, 2. this host as its first member, 3. its certificates, 4. secrets and what users meet, 5. its configuration file.</summary>
    public async Task RunAsync(string file, CancellationToken cancellationToken)
    {
        var identity = new HostIdentity(options.ClusterDirectory);
        var authority = new ClusterAuthority(identity.Directory, TimeProvider.System);
        if (authority.Exists) throw new SetupException($"{options.Data} belongs to a platform of many hosts already.", $"Start it: tatara run --config {file}");
        if (File.Exists(file)) throw new SetupException($"{file} is there already.", "Name another one by --config, or remove it.");
        if (Directory.Exists(options.DeaDirectory(PlatformOptions.DeaName(1))))
            throw new SetupException("This machine has several DEAs, and a host of many runs one.", "Drain all but dea-0 (tatara drain dea-1 …) and remove their folders first.");
        Directory.CreateDirectory(identity.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        authority.Create(); // 1.

        var dea = Directory.Exists(options.DeaDirectory(PlatformOptions.DeaName(0))) ? PlatformOptions.DeaName(0) : null;
        using var key = HostKey.Create();
        var self = await new MemberStore(identity.MembersFile).AddAsync(name, address, [.. PeerRole.All, PeerRole.Operator], dea, HostKey.PinOf(key.Public), cancellationToken); // 2.

        identity.Write(key.Pem, authority.IssueAll(key.Public, self)); // 3.

        _ = Secrets.LoadOrCreate(options.SecretsFile); // 4.
        new CertificateAuthority(options.TlsDirectory, options.Domain, TimeProvider.System).Ensure();

        HostFile.Write(file, ConfigurationText(self)); // 5.
    }

    private string ConfigurationText(Member self) => HostFileText.Of(new JoinAnswer
    {
        Member = self,
        Domain = options.Domain,
        TcpPorts = options.TcpPorts.ToString(),
        ExternalHttpsPort = options.ExternalHttpsPort,
        PortsFrom = options.PortsFrom,
    }, options);
}
