using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.Protocol;

namespace Tatara.CloudController.Sidecars;

/// <summary>Keeps the sidecars of apps. Those of buildpacks come with a droplet and go with the next.</summary>
internal sealed class SidecarStore(CloudControllerDbContext db)
{
    /// <summary>By the guids of their apps.</summary>
    public static async Task<ILookup<string, Sidecar>> ReadManyAsync(CloudControllerDbContext db, IReadOnlyCollection<string> appGuids, CancellationToken cancellationToken) =>
        (await db.Sidecars.AsNoTracking().Where(s => appGuids.Contains(s.AppGuid)).OrderBy(s => s.Id).ToListAsync(cancellationToken))
            .ToLookup(s => s.AppGuid, StringComparer.Ordinal);

    /// <summary>What of an app's sidecars runs beside a process; null: nothing.</summary>
    public static IReadOnlyList<SidecarSpec>? Beside(IEnumerable<Sidecar> ofApp, Process process)
    {
        var beside = ofApp.Where(s => s.ProcessTypes.Contains(process.Type)).Select(s => new SidecarSpec(s.Name, s.Command, s.ProcessTypes, s.MemoryMb)).ToList();
        return beside.Count > 0 ? beside : null;
    }

    public Task<Sidecar?> FindAsync(string appGuid, string name, CancellationToken cancellationToken) =>
        db.Sidecars.SingleOrDefaultAsync(s => s.AppGuid == appGuid && s.Name == name, cancellationToken);

    public async Task<Sidecar> AddAsync(string appGuid, SidecarRequest request, string origin, CancellationToken cancellationToken)
    {
        var sidecar = new Sidecar { AppGuid = appGuid, Name = request.Name!, Command = request.Command!, ProcessTypes = request.ProcessTypes!, MemoryMb = request.MemoryMb, Origin = origin };
        await CheckMemoryAsync(sidecar, cancellationToken);
        db.Sidecars.Add(sidecar);
        await SaveAsync(sidecar, cancellationToken);
        return sidecar;
    }

    public async Task ChangeAsync(Sidecar sidecar, SidecarRequest request, CancellationToken cancellationToken)
    {
        sidecar.Name = request.Name ?? sidecar.Name;
        sidecar.Command = request.Command ?? sidecar.Command;
        sidecar.ProcessTypes = request.ProcessTypes ?? sidecar.ProcessTypes;
        sidecar.MemoryMb = request.MemoryMb ?? sidecar.MemoryMb;
        await CheckMemoryAsync(sidecar, cancellationToken);
        await SaveAsync(sidecar, cancellationToken);
    }

    /// <summary>Takes those that buildpacks declare in place of those that earlier ones did. Unsaved.</summary>
    public async Task ReplaceBuildpacksAsync(string appGuid, IReadOnlyList<SidecarSpec> declared, CancellationToken cancellationToken)
    {
        var ofApp = await db.Sidecars.Where(s => s.AppGuid == appGuid).ToListAsync(cancellationToken);
        foreach (var (name, _, _, _) in declared.Where(d => ofApp.Exists(s => s.Name == d.Name && s.Origin == SidecarOrigins.User)))
        {
            throw ApiErrors.Unprocessable(
                $"Buildpack defined sidecar '{name}' conflicts with an existing user-defined sidecar. Consider renaming '{name}'.");
        }
        foreach (var old in ofApp.Where(s => s.Origin == SidecarOrigins.Buildpack && declared.All(d => d.Name != s.Name))) db.Sidecars.Remove(old);
        foreach (var (name, command, processTypes, memory) in declared)
        {
            var sidecar = ofApp.Find(s => s.Name == name);
            if (sidecar is null)
            {
                sidecar = new Sidecar { AppGuid = appGuid, Name = name, Command = command, Origin = SidecarOrigins.Buildpack };
                db.Sidecars.Add(sidecar);
            }
            (sidecar.Command, sidecar.ProcessTypes, sidecar.MemoryMb) = (command, processTypes, memory);
        }
    }

    /// <summary>A process must keep some memory for itself.</summary>
    private async Task CheckMemoryAsync(Sidecar sidecar, CancellationToken cancellationToken)
    {
        if (sidecar.MemoryMb is null) return;
        var others = await db.Sidecars.AsNoTracking().Where(s => s.AppGuid == sidecar.AppGuid && s.Guid != sidecar.Guid).ToListAsync(cancellationToken);
        foreach (var process in await db.Processes.AsNoTracking().Where(p => p.AppGuid == sidecar.AppGuid).ToListAsync(cancellationToken))
        {
            if (!sidecar.ProcessTypes.Contains(process.Type)) continue;
            if (others.Where(s => s.ProcessTypes.Contains(process.Type)).Sum(s => (long)(s.MemoryMb ?? 0)) + sidecar.MemoryMb >= process.MemoryMb)
                throw ApiErrors.Unprocessable($"The memory allocation defined is too large to run with the dependent \"{process.Type}\" process");
        }
    }

    private Task SaveAsync(Sidecar sidecar, CancellationToken cancellationToken) =>
        db.SaveUniqueAsync(() => ApiErrors.Unprocessable($"Sidecar with name '{sidecar.Name}' already exists for given app"), cancellationToken);
}
