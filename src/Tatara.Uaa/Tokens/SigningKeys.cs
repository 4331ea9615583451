using System.Data.Common;
using System.Globalization;
using Tatara.Database;

namespace Tatara.Uaa.Tokens;

/// <summary>
/// The keys in DataDirectory/signing-keys, one file each. The one with the highest number signs; the others are still
/// published, so what they signed stays good. To rotate, add a file and start again. UAAs on one PostgreSQL have them
/// in a table: what one of them finds in its files becomes known to all, and who has no file makes none.
/// </summary>
internal sealed class SigningKeys(UaaOptions options, DatabaseAddress database, TimeProvider time)
{
    /// <summary>Anyone may send tokens that nobody signed: they must not make the database busy.</summary>
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(2);

    private readonly string _directory = Path.Combine(options.DataDirectory, "signing-keys");
    private long _refreshedAt;

    /// <summary>Newest first.</summary>
    public IReadOnlyList<SigningKey> All { get; private set; } = [];

    public SigningKey Active => All[0];

    private bool Shared => database.Engine == DatabaseEngine.PostgreSql;

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        All = [.. Directory.EnumerateFiles(_directory, "key-*.pem").OrderByDescending(NumberOf).Select(SigningKey.Read)];
        if (Shared) await ShareAsync(cancellationToken);
        else if (All.Count == 0) await BeginAsync(cancellationToken);
    }

    /// <summary>Rows that came from a PostgreSQL bring the keys of their tokens along.</summary>
    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenAsync(cancellationToken)) await ReadAsync(connection, cancellationToken);
        foreach (var key in All) key.Write(_directory);
        if (All.Count == 0) All = [SigningKey.Create(_directory, "key-1")];
    }

    /// <summary>Looks for keys that another UAA has brought since.</summary>
    /// <returns>Whether there may be new ones.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        var last = Interlocked.Read(ref _refreshedAt);
        if (!Shared || time.GetElapsedTime(last) < RefreshInterval || Interlocked.CompareExchange(ref _refreshedAt, time.GetTimestamp(), last) != last) return false;
        await using var connection = await database.OpenAsync(cancellationToken);
        await ReadAsync(connection, cancellationToken);
        return true;
    }

    private async Task ShareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        foreach (var key in All) await AddAsync(connection, key, cancellationToken);
        if (All.Count == 0 && await connection.ScalarAsync("""SELECT "Number" FROM signing_keys""", cancellationToken) is null)
            await AddAsync(connection, SigningKey.Create("key-1"), cancellationToken);
        await ReadAsync(connection, cancellationToken); // Another one may have been quicker: its key counts.
    }

    private static async Task AddAsync(DbConnection connection, SigningKey key, CancellationToken cancellationToken) => await connection.ExecuteAsync(
        """INSERT INTO signing_keys ("Number", "Pem") VALUES (@number, @pem) ON CONFLICT DO NOTHING""", cancellationToken,
        ("@number", NumberOf(key.Id)), ("@pem", key.ExportPem()));

    private async Task ReadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = """SELECT "Number", "Pem" FROM signing_keys ORDER BY "Number" DESC""";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<SigningKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"key-{reader.GetInt32(0)}");
            keys.Add(All.FirstOrDefault(k => k.Id == id && k.ExportPem() == reader.GetString(1)) ?? SigningKey.Parse(id, reader.GetString(1)));
        }
        All = keys;
    }

    private static int NumberOf(string path) =>
        int.TryParse(Path.GetFileNameWithoutExtension(path).AsSpan("key-".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidOperationException($"{path} does not belong here: signing keys are called key-NUMBER.pem.");
}
