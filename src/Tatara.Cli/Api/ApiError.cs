using System.Net;
using System.Text.Json;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Api;

/// <summary>A refusal by the Cloud Controller; its message is what the user reads.</summary>
internal sealed class ApiException(HttpStatusCode status, IReadOnlyList<ApiErrorDetail> errors, string message) : CfException(message)
{
    public HttpStatusCode Status => status;

    public bool HasTitle(string title) => errors.Any(error => error.Title == title);

    public bool DetailContains(string text) =>
        errors.Any(error => error.Detail?.Contains(text, StringComparison.Ordinal) == true);

    public static ApiException From(HttpStatusCode status, Uri uri, byte[] body)
    {
        var errors = Parse(body);
        return new ApiException(status, errors, Tell(status, uri, errors, body));
    }

    private static IReadOnlyList<ApiErrorDetail> Parse(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, CliJson.Default.ApiErrors)?.Errors ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string Tell(HttpStatusCode status, Uri uri, IReadOnlyList<ApiErrorDetail> errors, byte[] body)
    {
        if (errors.Count == 0) return Unexpected(status, uri, System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 1000))));
        if (errors.Count > 1) return "Multiple errors occurred:\n" + string.Join('\n', errors.Select(error => error.Detail));
        var error = errors[0];
        if (status == HttpStatusCode.NotFound && error.Detail == "Unknown request") return $"API endpoint not found at '{uri}'";
        return status < HttpStatusCode.InternalServerError || status == HttpStatusCode.ServiceUnavailable
            ? error.Detail ?? error.Title ?? Unexpected(status, uri, "")
            : Unexpected(status, uri, $"Code: {error.Code}, Title: {error.Title}, Detail: {error.Detail}");
    }

    private static string Unexpected(HttpStatusCode status, Uri uri, string rest) =>
        $"Unexpected Response\nResponse Code: {(int)status}\nRequest: {uri}\n{rest}".TrimEnd();
}
