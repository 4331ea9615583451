namespace Tatara.Cli.Api.Records;

internal sealed record ServiceInstance(
    string Guid, string Name, string? Type, IReadOnlyList<string>? Tags, string? RouteServiceUrl, string? SyslogDrainUrl, ServiceOperation? LastOperation)
{
    /// <summary>"create succeeded".</summary>
    public string LastOperationText => $"{LastOperation?.Type} {LastOperation?.State}".Trim();
}

/// <summary>Times stay as they were sent: they are shown so.</summary>
internal sealed record ServiceOperation(string? Type, string? State, string? Description, string? CreatedAt, string? UpdatedAt);

internal sealed record RouteBinding(string Guid);
