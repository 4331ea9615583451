using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tatara.Status;

/// <summary>/healthz for load balancers; /varz, /metrics and the role's own pages for operators, who have to show the password.</summary>
internal sealed class StatusEndpoints(Member member, StatusOptions options)
{
    private readonly byte[] _expected = Encoding.UTF8.GetBytes("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.User}:{options.Password}")));

    /// <summary>Answers a request.</summary>
    public Task HandleAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/healthz" => WriteHealthAsync(context),
        "/varz" when options.Password is not null => AuthorizedAsync(context, WriteVarzAsync),
        "/metrics" when options.Password is not null => AuthorizedAsync(context, WriteMetricsAsync),
        { } path when options.Password is not null && member.Pages.TryGetValue(path, out var page) => AuthorizedAsync(context, page),
        _ => NotFound(context),
    };

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private async Task WriteHealthAsync(HttpContext context)
    {
        var problem = await member.FindProblemAsync(context.RequestAborted);
        if (problem is not null) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync((problem ?? "ok") + "\n", context.RequestAborted);
    }

    private Task WriteVarzAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return member.WriteVarzAsync(context.Response.BodyWriter.AsStream(), context.RequestAborted);
    }

    private async Task WriteMetricsAsync(HttpContext context)
    {
        var page = await member.CollectAsync(context.RequestAborted);
        context.Response.ContentType = MetricPage.ContentType;
        await context.Response.WriteAsync(page.ToString(), context.RequestAborted);
    }

    private Task AuthorizedAsync(HttpContext context, RequestDelegate write)
    {
        if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString()), _expected)) return write(context);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"status\"";
        return Task.CompletedTask;
    }
}
