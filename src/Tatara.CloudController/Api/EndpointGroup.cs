using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Auth;

namespace Tatara.CloudController.Api;

/// <summary>Maps paths to the methods of one class, which is made anew for each request. Plain delegates: nothing is generated at start.</summary>
internal readonly struct EndpointGroup<TEndpoints>(IEndpointRouteBuilder routes)
    where TEndpoints : class
{
    public EndpointGroup<TEndpoints> Get(string pattern, Func<TEndpoints, ApiCall, Task<IResult>> handler) => Map(HttpMethods.Get, pattern, handler);

    public EndpointGroup<TEndpoints> Post(string pattern, Func<TEndpoints, ApiCall, Task<IResult>> handler) => Map(HttpMethods.Post, pattern, handler);

    public EndpointGroup<TEndpoints> Patch(string pattern, Func<TEndpoints, ApiCall, Task<IResult>> handler) => Map(HttpMethods.Patch, pattern, handler);

    public EndpointGroup<TEndpoints> Put(string pattern, Func<TEndpoints, ApiCall, Task<IResult>> handler) => Map(HttpMethods.Put, pattern, handler);

    public EndpointGroup<TEndpoints> Delete(string pattern, Func<TEndpoints, ApiCall, Task<IResult>> handler) => Map(HttpMethods.Delete, pattern, handler);

    /// <summary>Like the others, but without a token: the endpoint answers everyone or checks for itself.</summary>
    public EndpointGroup<TEndpoints> Anonymous(string method, string pattern, Func<TEndpoints, ApiCall, Task<IResult>> handler)
    {
        routes.MapMethods(pattern, [method], Run(handler)).WithMetadata(AnonymousEndpoint.Instance);
        return this;
    }

    private EndpointGroup<TEndpoints> Map(string method, string pattern, Func<TEndpoints, ApiCall, Task<IResult>> handler)
    {
        routes.MapMethods(pattern, [method], Run(handler));
        return this;
    }

    private static RequestDelegate Run(Func<TEndpoints, ApiCall, Task<IResult>> handler) => async http =>
    {
        var endpoints = http.RequestServices.GetRequiredService<TEndpoints>();
        var result = await handler(endpoints, new ApiCall(http));
        await result.ExecuteAsync(http);
    };
}

internal static class EndpointGroupExtensions
{
    /// <summary>Begins the paths of a class that was added with <see cref="AddEndpoints{T}"/>.</summary>
    public static EndpointGroup<T> Endpoints<T>(this IEndpointRouteBuilder routes)
        where T : class => new(routes);

    public static IServiceCollection AddEndpoints<T>(this IServiceCollection services)
        where T : class => services.AddScoped<T>();
}
