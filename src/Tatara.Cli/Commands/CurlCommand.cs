using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class CurlCommand : CfCommand
{
    private readonly Argument<string?> path;
    private readonly Option<string[]> headers;
    private readonly Option<string?> method;
    private readonly Option<string?> data;
    private readonly Option<bool> fail;
    private readonly Option<bool> include;
    private readonly Option<string?> output;

    public CurlCommand() : base("curl", "Executes a request to the targeted API endpoint")
    {
        Usage = "cf curl PATH [-iv] [-X METHOD] [-H HEADER]... [-d DATA] [--output FILE]\n\n"
            + "By default 'cf curl' will perform a GET to the specified PATH. If data\n"
            + "is provided via -d, a POST will be performed instead, and the Content-Type\n"
            + "will be set to application/json. You may override headers with -H and the\n"
            + "request method with -X.";
        Examples = "cf curl \"/v3/apps\" -X GET\ncf curl \"/v3/apps\" -d @/path/to/file";
        path = Required("PATH");
        headers = Values(["-H"], "Custom headers to include in the request, flag can be specified multiple times");
        method = Value(["-X"], "HTTP method (GET,POST,PUT,DELETE,etc)");
        data = Value(["-d"], "HTTP data to include in the request body, or '@' followed by a file name to read the data from");
        fail = Flag(["--fail", "-f"], "Server errors return exit code 22");
        include = Flag(["-i"], "Include response headers in the output");
        output = Value(["--output"], "Write curl body to FILE instead of stdout");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        if (session.Config.Target.Length == 0)
            throw new CfException("No API endpoint set. Use 'cf login' or 'cf api' to target an endpoint.");
        var response = await session.Api.SendAsync(Request(session, line), stop);
        if (line.GetValue(fail) && !response.IsSuccess)
        {
            session.Terminal.Fail($"The requested URL returned error: {(int)response.Status}");
            return ExitCodes.HttpError;
        }

        byte[] shown = line.GetValue(include) ? [.. Encoding.UTF8.GetBytes(Head(response)), .. response.Body] : response.Body;
        if (line.GetValue(output) is { } file)
        {
            LocalFile.Write(file, shown);
            session.Terminal.Ok();
        }
        else if (!session.Trace.Value.ToTerminal)
        {
            session.Terminal.Raw(shown);
            session.Terminal.Line();
        }

        return ExitCodes.Success;
    }

    private ApiRequest Request(Session session, ParseResult line)
    {
        var body = line.GetValue(data) is { } given ? Body(given) : null;
        var verb = line.GetValue(method) ?? (body is null ? "GET" : "POST");
        var request = new ApiRequest(new HttpMethod(verb.ToUpperInvariant()), session.Api.Address(line.GetRequiredValue(path)!));
        if (body is not null)
        {
            request = request with
            {
                Content = () => new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
                TraceBody = Encoding.UTF8.GetString(body),
            };
        }

        return request with { Headers = [.. (line.GetValue(headers) ?? []).Select(Header)] };
    }

    private static byte[] Body(string given)
    {
        var trimmed = given.Trim('"', '\'');
        return trimmed.StartsWith('@') ? LocalFile.Read(trimmed[1..].Trim('"', '\'')) : Encoding.UTF8.GetBytes(given);
    }

    private static (string, string) Header(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? (text[..colon].Trim(), text[(colon + 1)..].Trim())
            : throw new CfException($"Error creating request: the header '{text}' is not of the form NAME: VALUE");
    }

    private static string Head(ApiResponse response)
    {
        var text = new StringBuilder($"HTTP/{response.Version} {(int)response.Status} {response.Reason}\r\n");
        foreach (var (name, value) in response.Headers) text.Append($"{name}: {value}\r\n");
        return text.Append("\r\n").ToString();
    }
}
