using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Buildpacks;

/// <summary>Keeps the positions of buildpacks 1, 2, 3 … without gaps.</summary>
internal sealed class BuildpackPositions(CloudControllerDbContext db)
{
    /// <summary>Puts a buildpack at a position, moving the others; unsaved.</summary>
    /// <param name="position">From 1; null or too large is the end.</param>
    public async Task PlaceAsync(Buildpack buildpack, int? position, CancellationToken cancellationToken)
    {
        var others = await db.Buildpacks.Where(b => b.Guid != buildpack.Guid).OrderBy(b => b.Position).ThenBy(b => b.Id).ToListAsync(cancellationToken);
        others.Insert(Math.Clamp((position ?? int.MaxValue) - 1, 0, others.Count), buildpack);
        Number(others);
    }

    public async Task CloseGapAsync(string without, CancellationToken cancellationToken) =>
        Number(await db.Buildpacks.Where(b => b.Guid != without).OrderBy(b => b.Position).ThenBy(b => b.Id).ToListAsync(cancellationToken));

    private static void Number(List<Buildpack> buildpacks)
    {
        for (var i = 0; i < buildpacks.Count; i++) buildpacks[i].Position = i + 1;
    }
}
