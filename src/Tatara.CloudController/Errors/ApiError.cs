namespace Tatara.CloudController.Errors;

/// <summary>An entry of Cloud Foundry's catalog of errors, with its text filled in.</summary>
internal sealed record ApiError(int Status, int Code, string Name, string Detail)
{
    public string Title => "CF-" + Name;
}

/// <summary>Ends a request with errors in Cloud Foundry's form.</summary>
internal sealed class ApiException(IReadOnlyList<ApiError> errors) : Exception(string.Join(", ", errors.Select(e => e.Detail)))
{
    public ApiException(ApiError error)
        : this([error])
    {
    }

    public IReadOnlyList<ApiError> Errors { get; } = errors;
}
