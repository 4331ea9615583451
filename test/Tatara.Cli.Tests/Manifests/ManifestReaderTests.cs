using Tatara.Cli.Manifests;

namespace Tatara.Cli.Tests.Manifests;

public sealed class ManifestReaderTests
{
    [Fact]
    public void Parse_UnknownKeysAnchorsAndQuotes_ArriveAtTheServerAsWritten()
    {
        var manifest = Parse("""
            defaults: &defaults
              memory: 64M
              buildpacks: [ruby_buildpack]
            applications:
            - <<: *defaults
              name: dora
              memory: 128M
              colour: blue
              env:
                NUMBER: "1"
                REAL: 1
            """);

        manifest.ToYaml().ShouldBe("""
            applications:
            - name: dora
              memory: 128M
              colour: blue
              env:
                NUMBER: "1"
                REAL: 1
              buildpacks: [ruby_buildpack]
            defaults:
              memory: 64M
              buildpacks: [ruby_buildpack]

            """);
    }

    [Theory]
    [InlineData("applications:\n- name: dora\n  memory: [1\n", "line 4, column 1")]
    [InlineData("applications:\n  - name: dora\n memory: 1G\n", "line 3, column 2")]
    [InlineData("applications:\n- name: a\n\tmemory: 1\n", "line 3, column 1")]
    [InlineData("just text", "line 1, column 1: a mapping with the key 'applications' is expected")]
    [InlineData("applications: dora", "line 1, column 15: 'applications' is expected to be a list")]
    [InlineData("applications:\n- dora", "line 2, column 3: an application is expected to be a mapping")]
    [InlineData("applications:\n- name: [a]", "line 2, column 9: 'name' is expected to be text")]
    [InlineData("applications:\n- name: *missing", "line 2, column 9")]
    public void Parse_BrokenYaml_SaysWhere(string text, string expected) =>
        Should.Throw<CfException>(() => Parse(text)).Message.ShouldStartWith($"Unable to push app because manifest /m.yml is not valid yaml: {expected}");

    [Theory]
    [InlineData("")]
    [InlineData("applications:")]
    [InlineData("applications: []")]
    [InlineData("name: dora")]
    public void Parse_NoApps_SaysSo(string text) =>
        Should.Throw<CfException>(() => Parse(text)).Message.ShouldBe("Manifest must have at least one application.");

    [Fact]
    public void Parse_AliasesThatMultiply_AreCutOff()
    {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
        for (var level = 1; level < 9; level++) text += $"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]\n";

        Should.Throw<CfException>(() => Parse(text + "applications: [{name: a}]")).Message.ShouldContain("100000 values");
    }

    [Fact]
    public void Parse_Variables_KeepTheirTypes()
    {
        var variables = new Variables();
        variables.AddFile("vars.yml", "host: my\nlist: [a, b]\ndeep:\n  inner: 7\n");
        variables.AddPair("count=3");
        variables.AddPair("text=\"3\"");
        variables.AddPair("host=other");

        var manifest = Parse("""
            applications:
            - name: ((host))-app
              instances: ((count))
              command: ((text))
              buildpacks: ((list))
              timeout: ((deep.inner))
            """, variables);

        manifest.ToYaml().ShouldBe("""
            applications:
            - name: other-app
              instances: 3
              command: "3"
              buildpacks: [a, b]
              timeout: 7

            """);
    }

    [Fact]
    public void Parse_VariablesWithoutValue_AreAllNamed() =>
        Should.Throw<CfException>(() => Parse("applications:\n- name: ((b))\n  memory: x((a))"))
            .Message.ShouldBe("Expected to find variables: a, b");

    [Theory]
    [InlineData("novalue", "in format 'name=value'")]
    [InlineData("=x", "non-empty name")]
    public void AddPair_WrongForm_IsAUsageError(string pair, string expected) =>
        Should.Throw<UsageException>(() => new Variables().AddPair(pair)).Message.ShouldContain(expected);

    [Fact]
    public void AddFile_BrokenYaml_NamesFileAndLine() =>
        Should.Throw<CfException>(() => new Variables().AddFile("v.yml", "a: [1\n"))
            .Message.ShouldStartWith("The option --vars-file expects a valid YAML file. v.yml: line 2, column 1");

    private static Manifest Parse(string text, Variables? variables = null) => ManifestReader.Parse(text, "/m.yml", variables ?? new Variables());
}
