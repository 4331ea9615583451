using System.Text;

namespace Tatara.Cli.Terminal;

/// <summary>Reads a line from the keyboard without echoing it.</summary>
internal static class HiddenInput
{
    public static string? ReadLine()
    {
        var typed = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                Console.WriteLine();
                return typed.ToString();
            }

            if (key.Key == ConsoleKey.Backspace)
            {
                if (typed.Length > 0) typed.Length--;
            }
            else if (key.Key == ConsoleKey.D && key.Modifiers == ConsoleModifiers.Control)
            {
                return typed.Length == 0 ? null : typed.ToString();
            }
            else if (key.KeyChar >= ' ')
            {
                typed.Append(key.KeyChar);
            }
        }
    }
}
