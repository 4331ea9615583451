using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tatara.CloudController.Auth;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Api;

/// <summary>One request to the API.</summary>
internal sealed class ApiCall(HttpContext http)
{
    public HttpContext Http => http;

    /// <summary>Who asks. Only endpoints that need no token may find nobody.</summary>
    public Caller Caller => http.Features.Get<Caller>() ?? throw ApiErrors.NotAuthenticated();

    public CancellationToken Cancelled => http.RequestAborted;

    /// <summary>{guid} of the path.</summary>
    public string Guid => Path("guid");

    public string Path(string name) => (string)http.Request.RouteValues[name]!;

    /// <summary>The body as a JSON object; an empty one when there is none.</summary>
    public Task<Body> ReadBodyAsync() => Body.ReadAsync(http.Request, Cancelled);

    /// <summary>The query of a list, with the filters that it knows beside the common ones.</summary>
    public ListQuery ReadListQuery(params string[] filters) => ListQuery.Parse(http.Request, filters);

    /// <summary>Query parameters of a single resource.</summary>
    public void AllowQuery(params string[] names) => ListQuery.RejectUnknown(http.Request.Query, names);

    /// <summary>Lets this request's body be larger than the few MB that JSON needs.</summary>
    public void AllowBody(long bytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = bytes;
    }
}
