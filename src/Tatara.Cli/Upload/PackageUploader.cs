using Tatara.Cli.Api;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Upload;

/// <summary>Makes a package of an app's files and sends what the server does not have.</summary>
internal sealed class PackageUploader(Session session)
{
    private const int Attempts = 3;

    /// <returns>The guid of a package that is ready to be staged.</returns>
    public async Task<string> UploadAsync(string appGuid, IAppFiles source, CancellationToken stop)
    {
        var known = await MatchAsync(source.Files, stop);
        var matched = source.Files.Where(file => IsMatched(file, known)).ToList();
        var others = source.Files.Where(file => !IsMatched(file, known)).ToList();
        var package = await session.Api.CreatePackageAsync(appGuid, stop);
        if (others.Count > 0)
        {
            session.Terminal.Line("Packaging files to upload...");
            await using var zip = await AppZip.CreateAsync(source, others, stop);
            package = await SendAsync(package, matched, zip, stop);
        }
        else
        {
            session.Terminal.Line("All files found in remote cache; nothing to upload.");
            package = await session.Api.UploadPackageAsync(package.Guid, matched.Select(Resource), archive: null, stop);
        }

        session.Terminal.Line("Waiting for API to complete processing files...");
        return await WaitUntilReadyAsync(package, stop);
    }

    private async Task<HashSet<string>> MatchAsync(IEnumerable<AppFile> files, CancellationToken stop)
    {
        var sized = files.Where(file => file.Size > 0).Select(Resource);
        return [.. (await session.Api.MatchResourcesAsync(sized, stop)).Select(resource => resource.Checksum.Value)];
    }

    private async Task<Package> SendAsync(Package package, List<AppFile> matched, FileStream zip, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            session.Terminal.Line("Uploading files...");
            var bar = new TransferBar(session.Terminal, zip.Length);
            try
            {
                var sent = await session.Api.UploadPackageAsync(package.Guid, matched.Select(Resource), () => new FileContent(zip, bar.Advance), stop);
                bar.Finish();
                return sent;
            }
            catch (NetworkException error) when (error.IsPassing && attempt < Attempts)
            {
                session.Terminal.Line("Retrying upload due to an error...");
            }
        }
    }

    private async Task<string> WaitUntilReadyAsync(Package package, CancellationToken stop)
    {
        await Polling.UntilAsync(
            session.Clock,
            async () =>
            {
                if (package.State is "READY" or "FAILED" or "EXPIRED") return true;
                package = await session.Api.GetPackageAsync(package.Guid, stop);
                return package.State is "READY" or "FAILED" or "EXPIRED";
            },
            limit: null,
            stop);
        return package.State switch
        {
            "READY" => package.Guid,
            "EXPIRED" => throw new CfException("Package expired after upload"),
            _ => throw new CfException($"Package failed to process correctly after upload{(package.Error is { } error ? $": {error}" : "")}"),
        };
    }

    private static bool IsMatched(AppFile file, HashSet<string> known) => file.Size > 0 && known.Contains(file.Sha1);

    private static PackageResource Resource(AppFile file) =>
        new(file.Path, Convert.ToString(file.Mode, 8), new ResourceChecksum(file.Sha1), file.Size);
}
