using System.Text;
using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Proxy;

/// <summary>Answers that are the router's own: status, the code in X-Cf-RouterError, and a sentence.</summary>
/// <param name="Message">{0} stands for the host that was asked for, {1} and {2} for the instance's index and app.</param>
internal sealed record RouterError(int Status, string Reason, string? Code, string Message)
{
    public static readonly RouterError UnknownRoute = new(404, "Not Found", "unknown_route", "Requested route ('{0}') does not exist.");
    public static readonly RouterError NoEndpoints = new(503, "Service Unavailable", "no_endpoints", "Requested route ('{0}') has no available endpoints.");
    public static readonly RouterError Overloaded = new(503, "Service Unavailable", "Connection Limit Reached", "Every endpoint of the requested route ('{0}') serves as many requests as it may.");
    public static readonly RouterError EndpointFailure = new(502, "Bad Gateway", "endpoint_failure", "Registered endpoint failed to handle the request.");
    public static readonly RouterError EmptyHost = new(400, "Bad Request", "empty_host", "Request had empty Host header");
    public static readonly RouterError InvalidInstanceField = new(400, "Bad Request", "invalid_cf_app_instance_header", "Invalid X-CF-App-Instance Header");
    public static readonly RouterError UnknownInstance = new(400, "Bad Request", "unknown_route", "Requested instance ('{1}') with guid ('{2}') does not exist for route ('{0}')");
    public static readonly RouterError Malformed = new(400, "Bad Request", null, "The request is malformed.");
    public static readonly RouterError ClientTooSlow = new(408, "Request Timeout", null, "The request did not arrive in time.");
    public static readonly RouterError BodyTooLarge = new(413, "Request Entity Too Large", null, "The request's body is larger than this router lets pass.");
    public static readonly RouterError HeadTooLarge = new(431, "Request Header Fields Too Large", null, "The request's header fields are too large or too many.");
    public static readonly RouterError UnsupportedEncoding = new(501, "Not Implemented", null, "The request has a transfer encoding other than chunked.");
    public static readonly RouterError UnsupportedVersion = new(505, "HTTP Version Not Supported", null, "This is not HTTP/1.0 or HTTP/1.1.");

    /// <summary>Whether nothing is known of where the request ends, so that the connection cannot be used again.</summary>
    public bool IsFatal => Code is null or "empty_host";

    public static RouterError Of(HeadStatus status) => status switch
    {
        HeadStatus.TooLarge => HeadTooLarge,
        HeadStatus.EmptyHost => EmptyHost,
        HeadStatus.UnsupportedVersion => UnsupportedVersion,
        HeadStatus.UnsupportedEncoding => UnsupportedEncoding,
        _ => Malformed,
    };

    /// <summary>The whole response.</summary>
    public byte[] Render(Exchange exchange, bool closes)
    {
        var body = $"{Status} {Reason}: {Explain(exchange.Request)}\n";
        var text = new StringBuilder($"HTTP/1.1 {Status} {Reason}\r\n");
        if (Code is not null) text.Append("X-Cf-RouterError: ").Append(Code).Append("\r\n");
        text.Append("Cache-Control: no-cache, no-store\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n");
        text.Append("X-Vcap-Request-Id: ").Append(Encoding.ASCII.GetString(exchange.RequestId)).Append("\r\n");
        text.Append("Content-Length: ").Append(body.Length).Append("\r\n");
        if (closes) text.Append("Connection: close\r\n");
        else if (exchange.Request.MinorVersion == 0) text.Append("Connection: keep-alive\r\n");
        text.Append("\r\n");
        if (!exchange.Request.IsHead) text.Append(body);
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>What is put in was checked by the parser and has no character that means anything in text or HTML.</summary>
    private string Explain(RequestHead request)
    {
        if (!Message.Contains("{0}", StringComparison.Ordinal)) return Message;
        var explained = Message.Replace("{0}", Encoding.ASCII.GetString(request[request.Authority]), StringComparison.Ordinal);
        if (this != UnknownInstance) return explained;
        var instance = Encoding.ASCII.GetString(request[request.Find(FieldId.AppInstance)]).Split(':');
        return explained.Replace("{1}", instance[1], StringComparison.Ordinal).Replace("{2}", instance[0], StringComparison.Ordinal);
    }
}
