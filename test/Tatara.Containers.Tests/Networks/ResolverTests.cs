using System.Globalization;

namespace Tatara.Containers.Tests.Networks;

/// <summary>The names that containers look up.</summary>
public sealed class ResolverTests
{
    private static readonly Dictionary<string, IReadOnlyList<string>> Names = new()
    {
        ["10.1.2.3"] = ["shop.apps.internal", "0.shop.apps.internal"],
        ["10.1.2.4"] = ["shop.apps.internal", "1.shop.apps.internal"],
    };

    [Fact]
    public async Task Container_LooksUpNames_InternalOnesPlatformsOnesAndNoOthersOfTheInternalDomain()
    {
        await using var machine = await StartAsync();
        await machine.Runtime.SetNamesAsync(Names, default);

        var answers = await LookUpAsync(machine, "shop.apps.internal", "1.shop.apps.internal", "2.shop.apps.internal", "any.platform.example", "platform.example");

        answers.ShouldBe(["10.1.2.3 10.1.2.4", "10.1.2.4", "", "192.0.2.80", "192.0.2.80"]);
    }

    [Fact]
    public async Task SetNames_Again_TheOldOnesAreGone()
    {
        await using var machine = await StartAsync();
        await machine.Runtime.SetNamesAsync(Names, default);
        await machine.Runtime.SetNamesAsync(new Dictionary<string, IReadOnlyList<string>> { ["10.1.2.5"] = ["shop.apps.internal"] }, default);

        (await LookUpAsync(machine, "shop.apps.internal", "1.shop.apps.internal")).ShouldBe(["10.1.2.5", ""]);
    }

    [Fact]
    public async Task NameServer_Killed_ComesBackWithTheNextNames()
    {
        await using var machine = await StartAsync();
        await machine.Runtime.SetNamesAsync(Names, default);
        var pid = int.Parse(File.ReadAllText(Path.Combine(machine.Options.RunDirectory, machine.Options.Id, "resolver", "pid")), CultureInfo.InvariantCulture);
        using (var server = System.Diagnostics.Process.GetProcessById(pid))
        {
            server.Kill();
            await server.WaitForExitAsync();
        }

        await machine.Runtime.SetNamesAsync(Names, default);

        (await LookUpAsync(machine, "0.shop.apps.internal")).ShouldBe(["10.1.2.3"]);
    }

    [Fact]
    public async Task Initialize_Again_KeepsTheNameServerAndItsNames()
    {
        await using var machine = await StartAsync();
        await machine.Runtime.SetNamesAsync(Names, default);
        var pidFile = Path.Combine(machine.Options.RunDirectory, machine.Options.Id, "resolver", "pid");
        var before = File.ReadAllText(pidFile);

        await machine.New().InitializeAsync(default);

        File.ReadAllText(pidFile).ShouldBe(before);
        (await LookUpAsync(machine, "0.shop.apps.internal")).ShouldBe(["10.1.2.3"]);
    }

    private static Task<OwnRuntime> StartAsync() => OwnRuntime.StartAsync(options => options with
    {
        // Nobody answers for names of the world: what is asked here must not depend on it.
        Resolver = new ResolverOptions(new Dictionary<string, string> { ["platform.example"] = "192.0.2.80" }, ["192.0.2.53"]),
    });

    private static async Task<IReadOnlyList<string>> LookUpAsync(TestRuntime machine, params string[] names)
    {
        var (_, output) = await machine.RunAsync($"for name in {string.Join(' ', names)}; do echo $name: $(getent ahostsv4 $name | sed -n 's/ *STREAM.*//p' | sort); done");
        return [.. output.Split('\n').Select(line => line[(line.IndexOf(':') + 1)..].Trim())];
    }
}
