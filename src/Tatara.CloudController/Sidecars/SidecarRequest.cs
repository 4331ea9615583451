using Tatara.CloudController.Api;

namespace Tatara.CloudController.Sidecars;

/// <summary>What is said of a sidecar. What is null is left as it is.</summary>
internal sealed record SidecarRequest(string? Name, string? Command, IReadOnlyList<string>? ProcessTypes, int? MemoryMb)
{
    public const int MaxNameLength = 255, MaxCommandLength = 4096, MaxProcessTypes = 50;

    /// <param name="whole">Nothing may be missing.</param>
    public static SidecarRequest Read(Body body, bool whole)
    {
        var request = new SidecarRequest(
            body.String("name", required: whole, minLength: 1, maxLength: MaxNameLength),
            body.String("command", required: whole, minLength: 1, maxLength: MaxCommandLength),
            body.Strings("process_types", MaxProcessTypes),
            (int?)body.Integer("memory_in_mb", min: 1));
        if (request.ProcessTypes is { Count: 0 } || (whole && request.ProcessTypes is null)) body.Fail("process_types", "must have at least 1 process_type");
        return request;
    }
}
