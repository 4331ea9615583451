using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Tatara.Database;

/// <summary>WAL lets readers go on while one writes; a writer waits for the other one rather than failing.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    public const string Text = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=10000;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Text;
        command.ExecuteNonQuery();
    }

    public override Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default) =>
        connection.ExecuteAsync(Text, cancellationToken);
}
