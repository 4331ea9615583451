namespace Tatara.CloudController.Errors;

/// <summary>The catalog: Cloud Foundry's numbers, names and texts.</summary>
internal static class ApiErrors
{
    public static ApiException InvalidAuthToken() => Make(401, 1000, "InvalidAuthToken", "Invalid Auth Token");
    public static ApiException MessageParseError(string why) => Make(400, 1001, "MessageParseError", $"Request invalid due to parse error: {why}");
    public static ApiException BadRequest(string why) => Make(400, 1004, "BadRequest", $"Bad request: {why}");
    public static ApiException NotFound() => Make(404, 10000, "NotFound", "Unknown request");
    public static ApiException UnknownError() => Make(500, 10001, "UnknownError", "An unknown error occurred.");
    public static ApiException NotAuthenticated() => Make(401, 10002, "NotAuthenticated", "Authentication error");
    public static ApiException NotAuthorized() => Make(403, 10003, "NotAuthorized", "You are not authorized to perform the requested action");
    public static ApiException RequestTooLarge(long limit) => Make(413, 10004, "InvalidRequest", $"The request is invalid: its body has more than {limit} bytes");
    public static ApiException BadQueryParameter(string why) => Make(400, 10005, "BadQueryParameter", $"The query parameter is invalid: {why}");
    public static ApiException AssociationNotEmpty(string what, string of) => Make(400, 10006, "AssociationNotEmpty", $"Please delete the {what} associations for your {of}.");
    public static ApiException Unprocessable(string detail) => Make(422, 10008, "UnprocessableEntity", detail);
    public static ApiException Unprocessable(IEnumerable<string> details) => Make(422, 10008, "UnprocessableEntity", string.Join(", ", details));
    public static ApiException UnableToPerform(string what, string why) => Make(400, 10009, "UnableToPerform", $"{what} could not be completed: {why}");

    /// <summary>"App not found" and the like; also said of what the caller may not see.</summary>
    public static ApiException ResourceNotFound(string what) => Make(404, 10010, "ResourceNotFound", $"{what} not found");
    public static ApiException ServiceUnavailable(string why) => Make(503, 10015, "ServiceUnavailable", why);
    public static ApiException Uniqueness(string detail) => Make(422, 10016, "UniquenessError", detail);
    public static ApiException OrganizationSuspended() => Make(403, 10017, "OrgSuspended", "The organization is suspended");
    public static ApiException ResourceBeingDeleted(string what) => Make(422, 10020, "ResourceBeingDeleted", $"The {what} is being deleted");
    public static ApiException UaaUnavailable() => Make(503, 20004, "UaaUnavailable", "The UAA service is currently unavailable");

    public static ApiException FeatureDisabled(string flag) => Make(403, 330002, "FeatureDisabled", $"Feature Disabled: {flag}");

    public static ApiException Make(int status, int code, string name, string detail) => new(new ApiError(status, code, name, detail));
}
