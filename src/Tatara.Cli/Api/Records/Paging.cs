namespace Tatara.Cli.Api.Records;

internal sealed record Page<T>(Pagination Pagination, IReadOnlyList<T> Resources, Included? Included);

internal sealed record Pagination(int TotalResults, Link? Next);

internal sealed record Link(string Href);

internal sealed record Included(IReadOnlyList<Space>? Spaces, IReadOnlyList<App>? Apps);

internal sealed record ToOne(Reference? Data);

internal sealed record Reference(string Guid);

internal sealed record ApiErrors(IReadOnlyList<ApiErrorDetail>? Errors);

internal sealed record ApiErrorDetail(int Code, string? Title, string? Detail);

internal sealed record Job(string Guid, string Operation, string State, IReadOnlyList<ApiErrorDetail>? Errors, IReadOnlyList<JobWarning>? Warnings);

internal sealed record JobWarning(string Detail);
