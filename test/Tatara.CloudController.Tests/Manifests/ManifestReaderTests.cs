using Tatara.CloudController.Errors;
using Tatara.CloudController.Manifests;

namespace Tatara.CloudController.Tests.Manifests;

public sealed class ManifestReaderTests
{
    [Theory]
    [InlineData("applications:\n- name: a\n  memory: 1G\n bad: 2\n", "Request invalid due to parse error: the manifest is no valid YAML at line 4")]
    [InlineData("applications:\n- name: 'a\n", "Request invalid due to parse error: the manifest is no valid YAML at line")]
    [InlineData("applications:\n- name: a\n  name: b\n", "Request invalid due to parse error: the manifest is no valid YAML at line 3, column 3: the key 'name' stands twice")]
    [InlineData("applications:\n- *nowhere\n", "Request invalid due to parse error: the manifest is no valid YAML at line 2")]
    [InlineData("", "Request invalid due to parse error: the manifest is empty")]
    [InlineData("- a\n", "Request invalid due to parse error: the manifest is no map with 'applications'")]
    [InlineData("--- {}\n--- {}\n", "Request invalid due to parse error: the manifest is no valid YAML at line 2")]
    [InlineData("applications: []", "Cannot parse manifest with no 'applications' field.")]
    [InlineData("version: 2\napplications:\n- name: a\n", "Unsupported manifest schema version. Currently supported versions: [1]. (line 1)")]
    [InlineData("memory: 1G\napplications:\n- name: a\n", "'memory' must stand in an application, not at the top of the manifest (line 1)")]
    [InlineData("applications:\n- a\n", "For application at index 0: it must be a map (line 2)")]
    [InlineData("applications:\n- memory: 1G\n", "For application at index 0: Name must not be empty (line 2)")]
    [InlineData("applications:\n- name: a\n- name: A\n", "For application 'a': it stands 2 times in the manifest (line 3)")]
    [InlineData("applications:\n- name: a\n  memroy: 1G\n", "For application 'a': Unknown field 'memroy' (line 3)")]
    [InlineData("applications:\n- name: a\n  memory: 0M\n", "For application 'a': Memory must be greater than 0MB (line 3)")]
    [InlineData("applications:\n- name: a\n  memory: -5M\n", "For application 'a': Memory must be greater than 0MB (line 3)")]
    [InlineData("applications:\n- name: a\n  memory: 256\n", "For application 'a': Memory must use a supported unit: B, K, KB, M, MB, G, GB, T, or TB (line 3)")]
    [InlineData("applications:\n- name: a\n  memory: 1X\n", "For application 'a': Memory must use a supported unit: B, K, KB, M, MB, G, GB, T, or TB (line 3)")]
    [InlineData("applications:\n- name: a\n  memory: lots\n", "For application 'a': Memory is not a number (line 3)")]
    [InlineData("applications:\n- name: a\n  memory: [1G]\n", "For application 'a': Memory must be a string (line 3)")]
    [InlineData("applications:\n- name: a\n  memory: 99999999T\n", "For application 'a': Memory is too large (line 3)")]
    [InlineData("applications:\n- name: a\n  instances: -1\n", "For application 'a': Instances must be greater than or equal to 0 (line 3)")]
    [InlineData("applications:\n- name: a\n  instances: \"2\"\n", "For application 'a': Instances is not a number (line 3)")]
    [InlineData("applications:\n- name: a\n  health-check-type: magic\n", "For application 'a': Health check type must be \"port\", \"process\", or \"http\" (line 3)")]
    [InlineData("applications:\n- name: a\n  buildpack: x\n  buildpacks: [y]\n", "For application 'a': Buildpack and Buildpacks fields cannot be used together. (line 4)")]
    [InlineData("applications:\n- name: a\n  env:\n    PORT: 80\n", "For application 'a': Env cannot set PORT (line 4)")]
    [InlineData("applications:\n- name: a\n  env:\n    X: [1]\n", "For application 'a': Env value of 'X' must be a text (line 4)")]
    [InlineData("applications:\n- name: a\n  routes:\n  - app.test\n", "For application 'a': Routes must be a list of route objects (line 4)")]
    [InlineData("applications:\n- name: a\n  routes:\n  - route: 'no host'\n", "For application 'a': The route 'no host' is not a properly formed URL (line 4)")]
    [InlineData("applications:\n- name: a\n  random-route: true\n  default-route: true\n", "For application 'a': Random-route and default-route may not be used together (line 3)")]
    [InlineData("applications:\n- name: a\n  processes:\n  - memory: 1G\n", "For application 'a': All Processes must specify a type (line 4)")]
    [InlineData("applications:\n- name: a\n  processes:\n  - type: web\n  - type: web\n", "For application 'a': Process \"web\" may only be present once (line 5)")]
    [InlineData("applications:\n- name: a\n  processes:\n  - type: web\n    instances: x\n", "Process \"web\": Instances is not a number (line 5)")]
    [InlineData("applications:\n- name: a\n  docker:\n    image: x\n", "For application 'a': Docker support has not been enabled. (line 4)")]
    [InlineData("applications:\n- name: a\n  no-route: maybe\n", "For application 'a': No route must be a boolean (line 3)")]
    [InlineData("applications:\n- name: a\n  metadata:\n    labels:\n      'b@d': x\n", "For application 'a': Metadata label key error: 'b@d' contains invalid characters (line 4)")]
    public void Read_Wrong_SaysWhatAndWhere(string yaml, string expected) =>
        Should.Throw<ApiException>(() => ManifestReader.Read(yaml)).Message.ShouldStartWith(expected);

    [Fact]
    public void Read_SeveralProblems_AllAreErrorsOfTheirOwn()
    {
        var thrown = Should.Throw<ApiException>(() => ManifestReader.Read("applications:\n- name: a\n  memory: 0M\n  instances: x\n- name: b\n  bogus: 1\n"));
        thrown.Errors.Count.ShouldBe(3);
        thrown.Errors.ShouldAllBe(e => e.Status == 422 && e.Code == 10008);
    }

    [Fact]
    public void Read_AliasBomb_IsBounded()
    {
        var bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
        for (var i = 1; i < 20; i++) bomb += $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n";
        Should.Throw<ApiException>(() => ManifestReader.Read(bomb + "applications:\n- name: *a19\n")).Message.ShouldContain("unfolds to more than 100000 pieces");
    }

    [Fact]
    public void Read_SelfReference_IsRefused() =>
        Should.Throw<ApiException>(() => ManifestReader.Read("applications: &a\n- *a\n")).Message.ShouldContain("line 2");

    [Fact]
    public void Read_DeepNesting_IsRefused() =>
        Should.Throw<ApiException>(() => ManifestReader.Read("applications: " + new string('[', 5000))).Message.ShouldContain("nested deeper");

    [Fact]
    public void Read_AnchorsAndMerge_Work()
    {
        var apps = ManifestReader.Read("defaults: &d\n  memory: 64M\n  instances: 2\napplications:\n- <<: *d\n  name: a\n  memory: 1.5G\n");
        var web = apps[0].Processes.ShouldHaveSingleItem();
        web.Patch.MemoryMb.ShouldBe(1536);
        web.Patch.Instances.ShouldBe(2);
    }

    [Fact]
    public void Read_EveryKey_IsUnderstood()
    {
        var app = ManifestReader.Read("""
            ---
            version: 1
            applications:
            - name: dora
              path: ./dora
              memory: 256M
              disk_quota: 1G
              log-rate-limit-per-second: 16K
              instances: 3
              buildpacks: [ruby_buildpack, "https://example.test/bp.git"]
              stack: bookworm
              lifecycle: buildpack
              command: bundle exec ruby app.rb
              timeout: 120
              health-check-type: http
              health-check-http-endpoint: /health
              health-check-invocation-timeout: 5
              health-check-interval: 10
              readiness-health-check-type: port
              env: {A: 1, B: "x", C: true, D: null}
              routes:
              - route: dora.tatara.test/path
                protocol: http2
                options: {loadbalancing: least-connection}
              processes:
              - type: worker
                instances: 0
                command: null
              services: [db, {name: cache}]
              sidecars: []
              features: {ssh: false}
              metadata:
                labels: {env: prod}
                annotations: {note: hello}
            """).ShouldHaveSingleItem();

        app.Environment.ShouldBe(new Dictionary<string, string?> { ["A"] = "1", ["B"] = "x", ["C"] = "true", ["D"] = "" });
        app.Buildpacks!.Count.ShouldBe(2);
        app.Services.ShouldBe(["db", "cache"]);
        app.SshEnabled.ShouldBe(false);
        app.Routes.Routes!.ShouldHaveSingleItem().ShouldBe(new ManifestRoute("dora.tatara.test/path", "http2", new(true, "least-connection")));
        var web = app.Processes.Single(p => p.Type == "web").Patch;
        (web.MemoryMb, web.DiskMb, web.LogRateLimit, web.Instances).ShouldBe((256, 1024, 16384, 3));
        web.HealthCheck!.Timeout.Value.ShouldBe(120);
        web.Readiness!.Type.ShouldBe("port");
        var worker = app.Processes.Single(p => p.Type == "worker").Patch;
        worker.Command.ShouldBe(new(true, null));
    }
}
