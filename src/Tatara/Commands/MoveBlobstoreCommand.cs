using System.CommandLine;
using Tatara.Backup;
using Tatara.Configuration;
using Tatara.Up;

namespace Tatara.Commands;

/// <summary>`tatara move-blobstore`.</summary>
internal static class MoveBlobstoreCommand
{
    public static Command Create()
    {
        var (common, store) = (new CommonOptions(), new Argument<string>("store") { Description = "where to: s3 or folder" });
        store.AcceptOnlyFromAmong("s3", "folder");
        var command = new Command("move-blobstore", "Move the blobs of a stopped platform between the data folder and the bucket that --blobstore names. Cut off, start it again: it goes on.") { store };
        common.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var options = common.Read(result);
            if (!File.Exists(options.SecretsFile)) throw new SetupException($"{options.Data} is not a platform's data folder.", "Name the right one by --data.");
            if (Platform.IsRunning(options)) throw new SetupException($"The platform on {options.Data} is running.", "Stop it first: what it writes meanwhile would be lost. Its apps run on.");
            var move = new BlobstoreMove(options, TimeProvider.System);
            var toBucket = result.GetRequiredValue(store) == "s3";
            var (blobs, bytes) = toBucket ? await move.ToBucketAsync(cancellationToken) : await move.ToFolderAsync(cancellationToken);
            Console.WriteLine($"Moved {blobs} blobs ({bytes >> 20} MB). From now on start the platform " + (toBucket
                ? $"with --blobstore {options.Blobstore}."
                : "without --blobstore; what is in the bucket stays there."));
            return 0;
        });
        return command;
    }
}
