using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>Programs that run as they are, and those that cannot. A good one is pushed in <see cref="AppTests"/>.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class BinaryTests(SharedPlatform shared)
{
    [Fact]
    public async Task Push_ScriptOfAnInterpreterThatIsNotThere_SaysWhich()
    {
        using var cf = await Cf.LoggedInAsync(shared.Platform, "binary");
        var directory = Directory.CreateTempSubdirectory("tatara-binary-").FullName;
        File.WriteAllText(Path.Combine(directory, "Procfile"), "web: ./server\n");
        File.WriteAllText(Path.Combine(directory, "server"), "#!/usr/bin/env nonesuch\n");

        var push = (await cf.RunAsync("push", "unrunnable", "-p", directory, "-b", "binary_buildpack", "-m", "64M")).Failed();

        push.ShouldContain("it asks for the interpreter nonesuch");
        (await cf.RunAsync("delete", "unrunnable", "-f", "-r")).Succeeded();
        Directory.Delete(directory, recursive: true);
    }
}
