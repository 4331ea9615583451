using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Tatara.Cli.Terminal;

/// <summary>The process's own standard streams.</summary>
internal sealed class SystemTerminal : ITerminal
{
    private readonly Lock gate = new();
    private readonly TextWriter output;
    private readonly TextWriter errors;
    private readonly bool color;

    /// <summary>Standard input as it is: Console.In echoes once more what was typed ahead of a question.</summary>
    private readonly Lazy<TextReader> input = new(() =>
        new StreamReader(new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0), Encoding.UTF8));

    /// <param name="color">True or false as the user set it; null colours when output is a terminal.</param>
    public SystemTerminal(bool? color)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        output = new StreamWriter(Console.OpenStandardOutput(), utf8) { AutoFlush = true, NewLine = "\n" };
        errors = new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true, NewLine = "\n" };
        IsInteractive = !Console.IsOutputRedirected;
        this.color = color ?? IsInteractive;
    }

    public bool IsInteractive { get; }

    public bool IsAsking { get; private set; }

    public void Line(string text = "")
    {
        lock (gate) output.WriteLine(text);
    }

    public void Say(FormattableString sentence)
    {
        var values = Array.ConvertAll(sentence.GetArguments(), value => (object?)Paint(value?.ToString() ?? "", Terminal.Paint.BoldCyan));
        Line(string.Format(null, sentence.Format, values));
    }

    public void Header(string text) => Line(Paint(text, Terminal.Paint.Bold));

    public void Ok() => Line(Paint("OK", Terminal.Paint.BoldGreen) + "\n");

    public void Warn(string text) => Complain(text);

    public void Fail(string message)
    {
        Complain(message);
        Line(Paint("FAILED", Terminal.Paint.BoldRed));
    }

    public void Complain(string message)
    {
        lock (gate) errors.WriteLine(message);
    }

    public void Progress(string text)
    {
        if (!IsInteractive) return;
        lock (gate) output.Write($"\r{text}\e[K");
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            using var stream = Console.OpenStandardOutput();
            stream.Write(bytes);
        }
    }

    public void KeyValues(IReadOnlyList<(string Key, string Value)> rows)
    {
        foreach (var line in Tables.KeyValueLines(rows, IsInteractive ? Console.WindowWidth : null)) Line(line);
    }

    public void Table(IReadOnlyList<string[]> rows, string prefix = "", int gap = Tables.DefaultGap, bool boldHeader = true)
    {
        if (rows.Count == 0) return;
        if (boldHeader) rows = [Array.ConvertAll(rows[0], cell => Paint(cell, Terminal.Paint.Bold)), .. rows.Skip(1)];
        foreach (var line in Tables.Lines(rows, prefix, gap)) Line(line);
    }

    public string Paint(string text, Paint paint)
    {
        if (!color || text.Length == 0) return text;
        var code = paint switch
        {
            Terminal.Paint.Bold => "1",
            Terminal.Paint.BoldCyan => "36;1",
            Terminal.Paint.BoldGreen => "32;1",
            Terminal.Paint.BoldRed => "31;1",
            Terminal.Paint.Red => "31",
            _ => "32",
        };
        return $"\e[{code}m{text}\e[0m";
    }

    public string Ask(string prompt) => Answer(prompt, ReadLine);

    public string? TryAsk(string prompt)
    {
        lock (gate) output.Write($"{prompt}: ");
        return Read(ReadLine);
    }

    public string AskSecret(string prompt) => Answer(prompt, Console.IsInputRedirected ? ReadLine : HiddenInput.ReadLine);

    public bool Confirm(string question)
    {
        while (true)
        {
            lock (gate) output.Write($"{question} [yN]: ");
            var answer = Read(ReadLine);
            if (answer is null) return false;
            switch (answer.Trim().ToLowerInvariant())
            {
                case "y" or "yes":
                    return true;
                case "" or "n" or "no":
                    return false;
                default:
                    Line("invalid input (not y, n, yes, or no)");
                    break;
            }
        }
    }

    private string Answer(string prompt, Func<string?> read)
    {
        lock (gate) output.Write($"{prompt}: ");
        return Read(read) ?? throw new CfException($"No answer to '{prompt}': standard input has ended.");
    }

    private string? ReadLine() => input.Value.ReadLine();

    private string? Read(Func<string?> read)
    {
        IsAsking = true;
        try
        {
            return read();
        }
        finally
        {
            IsAsking = false;
        }
    }
}
