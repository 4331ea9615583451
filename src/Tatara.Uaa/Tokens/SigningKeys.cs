using System.Globalization;

namespace Tatara.Uaa.Tokens;

/// <summary>
/// The keys in DataDirectory/signing-keys, one file each. The one with the highest number signs; the others are still
/// published, so what they signed stays good. To rotate, add a file and start again.
/// </summary>
internal sealed class SigningKeys
{
    public SigningKeys(UaaOptions options)
    {
        var directory = Path.Combine(options.DataDirectory, "signing-keys");
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        All = [.. Directory.EnumerateFiles(directory, "key-*.pem").OrderByDescending(NumberOf).Select(SigningKey.Read)];
        if (All.Count == 0) All = [SigningKey.Create(directory, "key-1")];
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<SigningKey> All { get; }

    public SigningKey Active => All[0];

    private static int NumberOf(string path) =>
        int.TryParse(Path.GetFileNameWithoutExtension(path).AsSpan("key-".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidOperationException($"{path} does not belong here: signing keys are called key-NUMBER.pem.");
}
