using System.Globalization;
using Tatara.Cli.Terminal;

namespace Tatara.Cli.Upload;

/// <summary>Shows on a terminal how far an upload is.</summary>
internal sealed class TransferBar(ITerminal terminal, long total)
{
    private const int Width = 40;
    private int shownPermille = -1;

    public void Advance(long sent)
    {
        var permille = total == 0 ? 1000 : (int)(sent * 1000 / total);
        if (permille == shownPermille) return;
        shownPermille = permille;
        terminal.Progress(Text(sent, total));
    }

    public void Finish()
    {
        Advance(total);
        terminal.Line();
    }

    public static string Text(long sent, long total)
    {
        var share = total == 0 ? 1 : (double)sent / total;
        var filled = (int)(share * Width);
        var bar = new string('=', filled) + (filled < Width ? ">" + new string('-', Width - filled - 1) : "");
        return string.Create(CultureInfo.InvariantCulture, $" {Size(sent)} / {Size(total)} [{bar}] {share * 100:0.00}%");
    }

    private static string Size(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.00} KiB"),
        < 1024L * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024:0.00} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024 / 1024:0.00} GiB"),
    };
}
