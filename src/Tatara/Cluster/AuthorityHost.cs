using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Peers;

namespace Tatara.Cluster;

/// <summary>The role authority: lets hosts in, renews their certificates, and tells each who the others are.</summary>
internal static class AuthorityHost
{
    /// <summary>A request for certificates is some hundred bytes.</summary>
    private const int MaxBodyBytes = 64 * 1024;

    public static IHost Build(HostConfiguration host, Action<ILoggingBuilder> logging)
    {
        var directory = host.Identity.Directory;
        var members = new MemberStore(host.Identity.MembersFile);
        var admission = new Admission(host, new ClusterAuthority(directory, TimeProvider.System), members, new TokenStore(Path.Combine(directory, "tokens"), TimeProvider.System));
        var tls = new PeerTls(host.Identity.FilesOf(PeerRole.Authority));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        logging(builder.Logging);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            // Who joins has no certificate yet.
            kestrel.Listen(IPAddress.Parse(host.Address), host.Platform.AuthorityPort, listen =>
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls.Server(orNone: true)) }));
        });
        var app = builder.Build();
        app.UseRouting();
        app.MapGet("/authority", context => context.Response.WriteAsync(File.ReadAllText(host.Identity.AuthorityFile)));
        app.MapGet("/members", context => MemberOf(context, members) is null ? Forbid(context) : context.Response.WriteAsync(members.Read().ToString()));
        app.MapPost("/join", context => JoinAsync(context, admission, app.Logger));
        app.MapPost("/renew", context => RenewAsync(context, admission, members));
        return app;
    }

    private static async Task JoinAsync(HttpContext context, Admission admission, ILogger logger)
    {
        try
        {
            var request = await context.Request.ReadFromJsonAsync(JoinJson.Default.JoinRequest, context.RequestAborted);
            if (request is not { Secret: not null, Name: not null, Request: not null }) throw new SetupException("The request is not complete.", "Join with the same version of Tatara.");
            var from = context.Connection.RemoteIpAddress!.MapToIPv4().ToString();
            var answer = await admission.JoinAsync(request, from, context.RequestAborted);
            logger.LogInformation("{Host} joined from {Address} as {Roles}", answer.Member.Name, from, string.Join(", ", answer.Member.Roles));
            await context.Response.WriteAsJsonAsync(answer, JoinJson.Default.JoinAnswer);
        }
        catch (Exception e) when (e is SetupException or System.Text.Json.JsonException)
        {
            logger.LogWarning("{Address} may not join: {Reason}", context.Connection.RemoteIpAddress, e.Message);
            await RefuseAsync(context, e);
        }
    }

    private static async Task RenewAsync(HttpContext context, Admission admission, MemberStore members)
    {
        if (MemberOf(context, members) is not { } member)
        {
            await Forbid(context);
            return;
        }
        try
        {
            var request = await context.Request.ReadFromJsonAsync(JoinJson.Default.RenewRequest, context.RequestAborted);
            await context.Response.WriteAsJsonAsync(await admission.RenewAsync(member, request?.Request ?? "", context.RequestAborted), JoinJson.Default.RenewAnswer);
        }
        catch (Exception e) when (e is SetupException or System.Text.Json.JsonException)
        {
            await RefuseAsync(context, e);
        }
    }

    /// <summary>Whose certificate was shown. That it is a good one, and of a member, was looked at when the connection began.</summary>
    private static Member? MemberOf(HttpContext context, MemberStore members) =>
        context.Connection.ClientCertificate is { } shown && PeerName.Of(shown) is { } name
            ? members.Read().Present.FirstOrDefault(m => m.Name == name.Host && m.Roles.Contains(name.Role)) : null;

    private static Task RefuseAsync(HttpContext context, Exception e)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        var refusal = e is SetupException setup ? new Refusal(setup.Problem, setup.Advice) : new Refusal("The request is no JSON that is known here.", "Join with the same version of Tatara.");
        return context.Response.WriteAsJsonAsync(refusal, JoinJson.Default.Refusal);
    }

    private static Task Forbid(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}
