using System.Net.Http.Headers;
using System.Text;
using Tatara.Cli.Configuration;
using Tatara.Cli.Terminal;

namespace Tatara.Cli.Tracing;

/// <summary>Shows requests and responses to the user who asked for it by CF_TRACE or -v.</summary>
internal sealed class RequestTrace(ITerminal terminal, TimeProvider clock, bool toTerminal, IReadOnlyList<string> files)
{
    private readonly Lock gate = new();

    public bool ToTerminal => toTerminal;

    /// <summary>Absolute paths of the files that are appended to.</summary>
    public IReadOnlyList<string> Files => files;

    private bool IsOn => toTerminal || files.Count > 0;

    public static RequestTrace From(ITerminal terminal, TimeProvider clock, bool verbose, CfEnvironment environment, CfConfig config)
    {
        var toTerminal = verbose;
        var files = new List<string>();
        foreach (var setting in new[] { environment.Trace, config.Trace })
        {
            if (string.IsNullOrEmpty(setting)) continue;
            if (CfEnvironment.Flag(setting) is { } flag) toTerminal |= flag;
            else files.Add(Path.GetFullPath(setting));
        }

        return new RequestTrace(terminal, clock, toTerminal, files);
    }

    public void Request(HttpRequestMessage request, string? body)
    {
        if (!IsOn) return;
        var uri = request.RequestUri!;
        var text = Start("REQUEST");
        text.Append($"{request.Method} {Redaction.Url(uri.PathAndQuery)} HTTP/1.1\n").Append($"Host: {uri.Authority}\n");
        Headers(text, request.Headers, request.Content?.Headers);
        var type = request.Content?.Headers.ContentType?.MediaType;
        if (type is not null) text.Append(Body(type, body)).Append('\n');
        Write(text);
    }

    public void Response(HttpResponseMessage response, byte[] body)
    {
        if (!IsOn) return;
        var text = Start("RESPONSE");
        text.Append($"HTTP/{response.Version} {(int)response.StatusCode} {response.ReasonPhrase}\n");
        Headers(text, response.Headers, response.Content.Headers);
        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        if (body.Length > 0) text.Append(Body(type, Encoding.UTF8.GetString(body))).Append('\n');
        Write(text);
    }

    private static string Body(string type, string? body) => type switch
    {
        _ when body is not null && (type.Contains("json", StringComparison.Ordinal) || type.Length == 0) => Redaction.Json(body),
        "application/x-www-form-urlencoded" when body is not null => $"[{type} {Redaction.Form(body)}]",
        _ => $"[{type} Content Hidden]",
    };

    private static void Headers(StringBuilder text, params HttpHeaders?[] sets)
    {
        var headers = sets.Where(set => set is not null)
            .SelectMany(set => set!.NonValidated)
            .SelectMany(header => header.Value.Select(value => (header.Key, Value: value)))
            .OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers) text.Append($"{name}: {Redaction.Header(name, value)}\n");
    }

    private StringBuilder Start(string kind) =>
        new StringBuilder($"{kind}: [{clock.GetLocalNow():yyyy-MM-dd'T'HH:mm:sszzz}]\n");

    private void Write(StringBuilder text)
    {
        lock (gate)
        {
            var entry = text.ToString();
            var title = entry.IndexOf('\n', StringComparison.Ordinal);
            if (toTerminal) terminal.Line(terminal.Paint(entry[..title], Paint.Bold) + entry[title..]);
            foreach (var file in files) Append(file, entry + '\n');
        }
    }

    private static void Append(string file, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var options = new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            using var stream = new FileStream(file, options);
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CfException($"CF_TRACE cannot append to '{file}': {error.Message}", error);
        }
    }
}
