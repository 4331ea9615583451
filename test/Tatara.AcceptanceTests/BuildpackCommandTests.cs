namespace Tatara.AcceptanceTests;

/// <summary>What cf refuses before the platform hears of it.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class BuildpackCommandTests(SharedPlatform shared)
{
    [Theory]
    [InlineData("create-buildpack", "x", "/nowhere", "1", "The specified path '/nowhere' does not exist.")]
    [InlineData("create-buildpack", "x", "/etc", "first", "Value for POSITION must be integer, not 'first'.")]
    [InlineData("update-buildpack", "x", "--lock", "--unlock", "The following arguments cannot be used together: --lock, --unlock")]
    [InlineData("set-running-environment-variable-group", "{\"A\":", "Invalid environment variable group provided. Please provide a valid JSON object.")]
    public async Task BuildpackCommand_BadInput_SaysWhatIsWrong(params string[] line) =>
        (await (await shared.LoggedInAsync("buildpacks")).RunAsync(line[..^1])).Failed().ShouldContain(line[^1]);
}
