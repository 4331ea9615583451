using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Hosting;

namespace Tatara.CloudController.SecurityGroups;

/// <summary>
/// The two groups that a new Cloud Foundry has, for all spaces: name servers, and the internet without private networks
/// (RFC 1918) and link-local addresses (RFC 3927), where clouds keep a machine's credentials. Operators change or unbind them.
/// </summary>
internal sealed class SecurityGroupSeed(CloudControllerDbContext db) : ISeed
{
    private static readonly string[] s_public =
        ["0.0.0.0-9.255.255.255", "11.0.0.0-169.253.255.255", "169.255.0.0-172.15.255.255", "172.32.0.0-192.167.255.255", "192.169.0.0-255.255.255.255"];

    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        // Once: what an operator removed does not come back.
        if (await db.SecurityGroups.AnyAsync(cancellationToken) || await db.Organizations.AnyAsync(cancellationToken)) return;
        db.SecurityGroups.Add(new SecurityGroup
        {
            Name = "public_networks", RunningDefault = true, StagingDefault = true, Rules = [.. s_public.Select(range => new SecurityRule("all", range))],
        });
        db.SecurityGroups.Add(new SecurityGroup
        {
            Name = "dns", RunningDefault = true, StagingDefault = true, Rules = [new("tcp", "0.0.0.0/0", "53"), new("udp", "0.0.0.0/0", "53")],
        });
        await db.SaveChangesAsync(cancellationToken);
    }
}
