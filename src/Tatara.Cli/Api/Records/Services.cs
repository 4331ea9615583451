namespace Tatara.Cli.Api.Records;

internal sealed record ServiceInstance(string Guid, string Name, string? Type);

internal sealed record RouteBinding(string Guid);
