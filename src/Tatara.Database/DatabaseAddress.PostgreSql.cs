using Npgsql;

namespace Tatara.Database;

public sealed partial class DatabaseAddress
{
    /// <summary>As long as one waits for another's lock before it is told to come again later; the same for both engines.</summary>
    internal const int WaitSeconds = 10;

    /// <summary>Connections of one component of one process: PostgreSQL allows 100 in all unless told otherwise.</summary>
    private const int PoolSize = 20;

    /// <summary>A server that does not answer by then is away; the caller hears so instead of waiting.</summary>
    private const int ConnectSeconds = 5;

    /// <summary>
    /// The server forgets a client that vanished with its machine within half a minute, and with it the locks it holds; an
    /// unfinished transaction is not waited for longer than that either.
    /// </summary>
    private const string SessionOptions =
        "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=25000 "
        + "-c idle_in_transaction_session_timeout=30000 -c lock_timeout=10000 -c standard_conforming_strings=on";

    /// <summary>Anyone but the owner.</summary>
    private const UnixFileMode Others = (UnixFileMode)0x3F; // 077

    private static readonly string[] s_schemes = ["postgres://", "postgresql://"];

    /// <summary>
    /// A PostgreSQL database, as a URL (postgres://user:password@host:5432/database?sslmode=VerifyFull) or as Npgsql's keywords
    /// (Host=…;Database=…;Username=…;Password=…).
    /// </summary>
    /// <exception cref="FormatException">It is neither. The message does not repeat the text: it may hold a password.</exception>
    public static DatabaseAddress PostgreSql(string text)
    {
        NpgsqlConnectionStringBuilder given;
        try
        {
            given = Array.Exists(s_schemes, s => text.StartsWith(s, StringComparison.OrdinalIgnoreCase)) ? FromUrl(text) : new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or UriFormatException or FormatException)
        {
            throw new FormatException("It is neither a URL like postgres://user:password@host:5432/database nor a connection string like Host=host;Database=database;Username=user;Password=password.");
        }
        if (string.IsNullOrEmpty(given.Host) || string.IsNullOrEmpty(given.Database)) throw new FormatException("It names no host or no database.");
        Default(given, "Maximum Pool Size", PoolSize);
        Default(given, "Timeout", ConnectSeconds);
        Default(given, "Command Timeout", 3 * WaitSeconds);
        given.Options = $"{SessionOptions} {given.Options}".TrimEnd();
        return new DatabaseAddress(DatabaseEngine.PostgreSql, $"{given.Database} at {given.Host}:{given.Port}", given.ToString());
    }

    /// <summary>Reads the address from a file that nobody but its owner may read.</summary>
    /// <exception cref="FormatException">With a sentence that says what is wrong.</exception>
    public static DatabaseAddress ReadFile(string path)
    {
        if (!File.Exists(path)) throw new FormatException($"There is no file {path}.");
        if ((File.GetUnixFileMode(path) & Others) != 0) throw new FormatException($"{path} holds a password, and others than its owner may read or change it: chmod 600 {path}");
        try
        {
            return PostgreSql(File.ReadAllText(path).Trim());
        }
        catch (FormatException e)
        {
            throw new FormatException($"{path} says no PostgreSQL database. {e.Message}");
        }
    }

    private static NpgsqlConnectionStringBuilder FromUrl(string text)
    {
        var url = new Uri(text);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host, Port = url.IsDefaultPort ? NpgsqlConnection.DefaultPort : url.Port, Database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/')),
        };
        var user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0) builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length == 2) builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (var parameter in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = parameter.Split('=', 2);
            var name = Uri.UnescapeDataString(pair[0]);
            // What libpq calls verify-full, Npgsql calls VerifyFull.
            builder[name.Equals("sslmode", StringComparison.OrdinalIgnoreCase) ? "SSL Mode" : name] =
                Uri.UnescapeDataString(pair.ElementAtOrDefault(1) ?? "").Replace("verify-", "Verify", StringComparison.Ordinal);
        }
        return builder;
    }

    private static void Default(NpgsqlConnectionStringBuilder builder, string keyword, object value)
    {
        if (!builder.ContainsKey(keyword)) builder[keyword] = value;
    }
}
