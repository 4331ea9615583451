namespace Tatara.Cli.Upload;

/// <summary>Something an app consists of.</summary>
/// <param name="Path">Relative to the app, with / between the parts.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Sha1">Of a file's content, in hex; empty for others.</param>
internal sealed record AppFile(string Path, AppFileKind Kind, int Mode, long Size, string Sha1)
{
    /// <summary>Permission bits with the type as stat and zip have it.</summary>
    public int UnixMode => Mode | Kind switch { AppFileKind.Directory => 0x4000, AppFileKind.Link => 0xA000, _ => 0x8000 };
}

internal enum AppFileKind
{
    File,
    Directory,
    Link,
}

/// <summary>Where an app's files come from.</summary>
internal interface IAppFiles : IDisposable
{
    /// <summary>As given by the user.</summary>
    string Path { get; }

    /// <summary>All that is not ignored, directories before what they hold; waits until all are hashed.</summary>
    /// <exception cref="CfException">One of them cannot be read.</exception>
    IReadOnlyList<AppFile> Files { get; }

    /// <summary>The content: of a link, where it points to.</summary>
    Stream Open(AppFile file);

    DateTimeOffset LastWrite(AppFile file);
}
