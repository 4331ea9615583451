using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Hosting;

namespace Tatara.CloudController.Buildpacks;

/// <summary>Installs the buildpacks that come with the platform: NN-name.zip in the configured directory, in the order of NN, when a file changed.</summary>
internal sealed partial class BuildpackImport(
    CloudControllerDbContext db, CloudControllerOptions options, IBlobstore blobs, BuildpackBits bits, BuildpackPositions positions, ILogger<BuildpackImport> logger)
    : ISeed
{
    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        if (options.BuildpackDirectory is not { } directory || !Directory.Exists(directory)) return;
        try
        {
            await ImportAllAsync(directory, cancellationToken);
        }
        catch (BlobstoreUnavailableException e)
        {
            // Apps run and can be managed without; those that are installed already stay.
            Log.Away(logger, e.Message);
            db.ChangeTracker.Clear();
        }
    }

    private async Task ImportAllAsync(string directory, CancellationToken cancellationToken)
    {
        var next = 1;
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*.zip").OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            var dash = file.Name.IndexOf('-', StringComparison.Ordinal);
            if (dash <= 0 || file.Name.AsSpan(0, dash).ContainsAnyExceptInRange('0', '9')) Log.Ignored(logger, file.FullName);
            else next = await ImportAsync(file, file.Name[(dash + 1)..], next, cancellationToken) + 1;
        }
    }

    /// <summary>Returns the buildpack's position: the next new one goes behind it, wherever the operator moved it.</summary>
    private async Task<int> ImportAsync(FileInfo file, string filename, int position, CancellationToken cancellationToken)
    {
        var name = Path.GetFileNameWithoutExtension(filename);
        var source = $"{filename}:{file.Length}:{file.LastWriteTimeUtc.Ticks}";
        var buildpack = await db.Buildpacks.SingleOrDefaultAsync(b => b.Name == name && b.Stack == options.DefaultStack, cancellationToken);
        if (buildpack is not null && (buildpack.Source == source || buildpack.Locked)) return buildpack.Position;
        if (buildpack is null)
        {
            buildpack = new Buildpack { Name = name, Stack = options.DefaultStack };
            db.Buildpacks.Add(buildpack);
            await positions.PlaceAsync(buildpack, position, cancellationToken);
        }
        var upload = BlobKeys.Upload(buildpack.Guid);
        await using (var content = file.OpenRead())
        {
            var info = await blobs.PutAsync(upload, content, BuildpackBits.MaxBytes, cancellationToken: cancellationToken);
            try
            {
                await bits.AdoptAsync(buildpack, upload, filename, info.Sha256, cancellationToken);
            }
            catch (ApiException e)
            {
                // A broken zip must not keep the whole platform from starting.
                Log.Broken(logger, file.FullName, e.Message);
                await blobs.DeleteAsync(upload, cancellationToken);
                db.ChangeTracker.Clear();
                return position - 1;
            }
        }
        buildpack.Source = source;
        await db.SaveChangesAsync(cancellationToken);
        Log.Imported(logger, name, file.FullName);
        return buildpack.Position;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Installed buildpack {Name} from {File}")]
        public static partial void Imported(ILogger logger, string name, string file);

        [LoggerMessage(Level = LogLevel.Error, Message = "New buildpacks of the platform are not installed until Cloud Controller is started again. {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{File} is not called NN-name.zip and is left out")]
        public static partial void Ignored(ILogger logger, string file);

        [LoggerMessage(Level = LogLevel.Error, Message = "{File} is no buildpack: {Reason}")]
        public static partial void Broken(ILogger logger, string file, string reason);
    }
}
