using Tatara.CloudController.Api;
using Tatara.CloudController.Errors;
using Tatara.CloudController.FeatureFlags;

namespace Tatara.CloudController.Packages;

/// <summary>An administrator can forbid uploads to everyone else.</summary>
internal static class BitsUploadFlag
{
    private const string Name = "app_bits_upload";

    public static async Task RequireBitsUploadAsync(this FeatureFlagStore flags, ApiCall call)
    {
        if (!call.Caller.IsAdmin && !await flags.IsEnabledAsync(Name, call.Cancelled)) throw ApiErrors.FeatureDisabled(Name);
    }
}
