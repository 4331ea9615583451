namespace Tatara.CloudController.Packages;

/// <summary>The Unix half of a zip entry's attributes.</summary>
internal static class EntryMode
{
    public const int DefaultFile = 0x1A4; // 0644
    public const int DefaultFolder = 0x1ED; // 0755

    private const int TypeMask = 0xF000, TypeLink = 0xA000, TypeFolder = 0x4000, TypeFile = 0x8000;
    private const int PermissionMask = 0x1FF; // 0777: no set-user-id, no sticky bit
    private const int OwnerReads = 0x100, OwnerEnters = 0x1C0;

    /// <summary>Null: neither file, folder nor link, but a device, a pipe or a socket.</summary>
    public static EntryKind? Kind(int attributes, string name)
    {
        var folder = name.EndsWith('/');
        return ((attributes >> 16) & TypeMask) switch
        {
            0 => folder ? EntryKind.Folder : EntryKind.File,
            // Some clients give only permissions to folders, which zip libraries then mark as files: unzip goes by the name, too.
            TypeFile => folder ? EntryKind.Folder : EntryKind.File,
            TypeFolder => EntryKind.Folder,
            TypeLink when !folder => EntryKind.Link,
            _ => null,
        };
    }

    /// <summary>Permissions as the app gets them: special bits are gone, and its owner can read it.</summary>
    public static int Permissions(int attributes, EntryKind kind)
    {
        var mode = (attributes >> 16) & PermissionMask;
        return kind switch
        {
            EntryKind.Folder => mode == 0 ? DefaultFolder : mode | OwnerEnters,
            _ => mode == 0 ? DefaultFile : mode | OwnerReads,
        };
    }

    public static int Attributes(int mode, EntryKind kind)
    {
        var type = kind switch { EntryKind.Folder => TypeFolder, EntryKind.Link => TypeLink, _ => TypeFile };
        return (type | mode) << 16;
    }

    /// <summary>Whether the archive says nothing else than what the app gets.</summary>
    public static bool IsPlain(int attributes, EntryKind kind)
    {
        var unix = (attributes >> 16) & 0xFFFF;
        return unix == 0 || unix == ((Attributes(Permissions(attributes, kind), kind) >> 16) & 0xFFFF);
    }
}
