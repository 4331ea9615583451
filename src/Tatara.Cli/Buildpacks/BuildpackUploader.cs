using Tatara.Cli.Upload;

namespace Tatara.Cli.Buildpacks;

/// <summary>Sends a buildpack's zip and waits until the server has taken it.</summary>
internal static class BuildpackUploader
{
    public static async Task UploadAsync(Session session, string guid, string name, string user, BuildpackZip zip, CancellationToken stop)
    {
        session.Terminal.Say($"Uploading buildpack {name} as {user}...");
        var bar = new TransferBar(session.Terminal, zip.Content.Length);
        var job = await session.Api.UploadBuildpackAsync(guid, () => new FileContent(zip.Content, bar.Advance), zip.FileName, stop);
        bar.Finish();
        session.Terminal.Ok();
        session.Terminal.Say($"Processing uploaded buildpack {name}...");
        await session.Api.WaitForJobAsync(job, stop);
        session.Terminal.Ok();
    }
}
