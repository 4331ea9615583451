using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Packages;

/// <summary>
/// Files of packages that are there, found again by hash and size: the packages themselves are the cache, this is the index. Whoever
/// knows both may use a file, as in Cloud Foundry. Small files are known, too: to a push of thousands of them they matter most.
/// </summary>
internal sealed class ResourceCache(CloudControllerDbContext db, PackageLimits limits, TimeProvider time)
{
    /// <summary>Cloud Foundry's bound: a file its owner cannot read and write is not matched.</summary>
    private const int LeastMode = 0x180; // 0600

    /// <summary>Databases bound the parameters of one query; this is below all their bounds.</summary>
    private const int PerQuery = 1000;

    private const string Upsert = """
        INSERT INTO "KnownFiles" ("Sha1", "Size", "PackageGuid", "HeaderOffset", "PackedBytes", "Method", "Crc32", "UsedAt")
        VALUES (@sha1, @size, @package, @offset, @packed, @method, @crc, @used)
        ON CONFLICT ("Sha1", "Size") DO UPDATE SET "PackageGuid" = excluded."PackageGuid", "HeaderOffset" = excluded."HeaderOffset",
        "PackedBytes" = excluded."PackedBytes", "Method" = excluded."Method", "Crc32" = excluded."Crc32", "UsedAt" = excluded."UsedAt"
        """;

    /// <summary>Those of the files that are known.</summary>
    public async Task<IReadOnlyDictionary<ResourceFingerprint, KnownFile>> FindAsync(
        IReadOnlyCollection<ResourceFingerprint> resources, CancellationToken cancellationToken)
    {
        var files = new Dictionary<(string, long), KnownFile>();
        foreach (var some in resources.Select(r => r.Sha1).Distinct(StringComparer.Ordinal).Chunk(PerQuery))
            foreach (var file in await db.KnownFiles.AsNoTracking().Where(f => some.Contains(f.Sha1)).ToListAsync(cancellationToken))
                files[(file.Sha1, file.Size)] = file;
        var found = new Dictionary<ResourceFingerprint, KnownFile>();
        foreach (var resource in resources.Where(r => r.Permissions() >= LeastMode))
            if (files.TryGetValue((resource.Sha1, resource.Size), out var file)) found[resource] = file;
        return found;
    }

    /// <summary>
    /// Points all files of a package to it, wherever they were before: the newest package stays longest. Then those that no package
    /// took for longest are forgotten, beyond the bound.
    /// </summary>
    public async Task RememberAsync(string packageGuid, IEnumerable<(string Sha1, PackedContent Content)> files, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await using (var command = db.Database.GetDbConnection().CreateCommand())
        {
            command.Transaction = transaction.GetDbTransaction();
            command.CommandText = Upsert;
            var used = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            foreach (var (sha1, content) in files)
            {
                if (!limits.IsResourceSize(content.Bytes)) continue;
                Set(command, "@sha1", sha1);
                Set(command, "@size", content.Bytes);
                Set(command, "@package", packageGuid);
                Set(command, "@offset", content.HeaderOffset);
                Set(command, "@packed", content.PackedBytes);
                Set(command, "@method", content.Method);
                Set(command, "@crc", (long)content.Crc32);
                Set(command, "@used", used);
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        await transaction.CommitAsync(cancellationToken);
        await PruneAsync(cancellationToken);
    }

    /// <summary>The bits of a package are gone: its files are not known any more.</summary>
    public async Task ForgetAsync(string packageGuid, CancellationToken cancellationToken) =>
        await db.KnownFiles.Where(f => f.PackageGuid == packageGuid).ExecuteDeleteAsync(cancellationToken);

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        if (await db.KnownFiles.CountAsync(cancellationToken) <= limits.MaxKnownFiles) return;
        var tooOld = await db.KnownFiles.OrderByDescending(f => f.UsedAt).Skip(limits.MaxKnownFiles).Select(f => f.UsedAt).FirstAsync(cancellationToken);
        await db.KnownFiles.Where(f => f.UsedAt <= tooOld).ExecuteDeleteAsync(cancellationToken);
    }

    private static void Set(DbCommand command, string name, object value)
    {
        if (!command.Parameters.Contains(name))
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
        }
        command.Parameters[name].Value = value;
    }
}
