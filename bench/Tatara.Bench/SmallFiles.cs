using System.Globalization;
using System.Text;

namespace Tatara.Bench;

/// <summary>
/// An app like those that bring their node_modules: very many small text files in nested folders, a few larger ones. Sizes are
/// log-normal (half are below 1.5 KB, the mean is near 3 KB), the text compresses like source code, and no two files are alike.
/// </summary>
internal sealed class SmallFiles : IDisposable
{
    private const int FilesPerModule = 25;
    private const double MedianBytes = 1500, Spread = 1.2;
    private const int LargestBytes = 200_000;

    private static readonly string[] s_words =
    [
        "function", "return", "const", "exports", "require", "module", "value", "key", "index", "callback", "error", "options",
        "Object", "prototype", "length", "string", "undefined", "if", "else", "for", "typeof", "null", "this", "=>", "(", ")", "{", "}", ";\n",
    ];

    private readonly Random _random;

    /// <param name="seed">Another seed makes other contents, which no platform has seen.</param>
    public SmallFiles(int files, int seed)
    {
        _random = new Random(seed);
        for (var i = 0; i < files; i++) Write(PathOf(i), seed, i);
        File.WriteAllText(Path.Combine(Directory, "package.json"), """{"name": "many-files", "version": "1.0.0", "scripts": {"start": "node server.js"}}""");
        File.WriteAllText(
            Path.Combine(Directory, "server.js"), "require('http').createServer((q, s) => s.end('many files\\n')).listen(process.env.PORT);\n");
    }

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("tatara-bench-files-").FullName;

    /// <summary>Gives one file other content.</summary>
    public void ChangeOne(int round) => Write(PathOf(round), _random.Next(), round);

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private string PathOf(int number)
    {
        var module = (number / FilesPerModule).ToString("D4", CultureInfo.InvariantCulture);
        var folder = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "node_modules", "module-" + module, "lib"));
        return Path.Combine(folder.FullName, $"part-{number}.js");
    }

    private void Write(string path, int seed, int number)
    {
        var size = Math.Min(LargestBytes, MedianBytes * Math.Exp(Spread * Normal()));
        var text = new StringBuilder($"// {seed}-{number}\n");
        while (text.Length < size) text.Append(s_words[_random.Next(s_words.Length)]).Append(_random.Next(100)).Append(' ');
        File.WriteAllText(path, text.ToString());
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
