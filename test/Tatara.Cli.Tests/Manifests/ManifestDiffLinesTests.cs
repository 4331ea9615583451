using System.Text.Json;
using Tatara.Cli.Api;
using Tatara.Cli.Manifests;

namespace Tatara.Cli.Tests.Manifests;

public sealed class ManifestDiffLinesTests
{
    private const string Yaml = """
        applications:
        - name: dora
          memory: 64M
          env:
            A: 1
          buildpacks:
          - ruby
        """;

    [Fact]
    public void Of_NewApp_MarksWhatIsAdded() => Lines("""
        [{"op":"add","path":"/applications/0/name","value":"dora"},
         {"op":"add","path":"/applications/0/env","value":{"A":1,"B":{"C":2}}}]
        """).ShouldBe("""
          ---
          applications:
        + - name: dora
            memory: 64M
        +   env:
        +     A: 1
        +     B:
        +       C: 2
            buildpacks:
            - ruby
        """);

    [Fact]
    public void Of_ReplacedAndRemoved_ShowsBefore() => Lines("""
        [{"op":"replace","path":"/applications/0/memory","was":"32M","value":"64M"},
         {"op":"remove","path":"/applications/0/env/GONE","was":"x"},
         {"op":"remove","path":"/applications/0/routes","was":[{"route":"a.b"}]}]
        """).ShouldBe("""
          ---
          applications:
          - name: dora
        -   memory: 32M
        +   memory: 64M
            env:
              A: 1
        -     GONE: x
            buildpacks:
            - ruby
        -   routes:
        -   - route: a.b
        """);

    [Fact]
    public void Of_Nothing_ShowsTheManifest() => Lines("[]").ShouldStartWith("  ---\n  applications:\n  - name: dora\n    memory: 64M");

    private static string Lines(string diff)
    {
        var manifest = ManifestReader.Parse(Yaml, "/m.yml", new Variables());
        var differences = JsonSerializer.Deserialize($$"""{"diff":{{diff}}}""", CliJson.Default.ManifestDiff)!;
        return string.Join('\n', ManifestDiffLines.Of(manifest, differences));
    }
}
