namespace Tatara.Tests.Buildpacks;

public sealed class NginxBuildpackTests() : BuildpackTestBase("nginx")
{
    /// <summary>An nginx that shows what it would read.</summary>
    private const string Install = """
        mkdir -p ../root/nginx/usr/sbin ../root/nginx/usr/lib/nginx/modules ../root/nginx/etc/nginx
        printf '#!/bin/bash\necho "arguments: $*"; cat nginx.conf conf.d/*.conf 2>/dev/null; true\n' >../root/nginx/usr/sbin/nginx
        chmod +x ../root/nginx/usr/sbin/nginx
        touch ../root/nginx/usr/lib/nginx/modules/ngx_stream_module.so ../root/nginx/etc/nginx/mime.types
        install_start "$(realpath ../root)"
        export HOME=$PWD PORT=4242 TMPDIR=/tmp/somewhere PATH="$(realpath ../root)/bin:$PATH"
        """;

    [Theory]
    [InlineData("nginx:\n  version: 1.22.x\n", "1.22.x")]
    [InlineData("---\nnginx: # ours\n  version: \"1.22.1\" # exactly\n", "1.22.1")]
    [InlineData("nginx:\n  version: mainline\n", "")]
    [InlineData("other:\n  version: 3\n", "")]
    public void Range_BuildpackYml_IsRead(string yaml, string range)
    {
        AppFile("buildpack.yml", yaml);

        Run("nginx_range .", "nginx").Output.Trim().ShouldBe(range);
    }

    [Fact]
    public void Range_OpenResty_SaysItIsNotHere()
    {
        AppFile("buildpack.yml", "dist: openresty\n");

        Run("nginx_range .", "nginx").Output.ShouldContain("OpenResty, which is not in this buildpack");
    }

    [Fact]
    public void Start_Templates_AreFilledInAlsoInIncludedFiles()
    {
        AppFile("nginx.conf", """
            {{module "ngx_stream_module"}}
            events {}
            http {
              server { listen {{ port }}; include conf.d/*.conf; }
            }
            """);
        AppFile("conf.d/a.conf", "set $a \"{{env \"ODD\"}}\"; # {{env \"UNSET\"}}.");

        var (exitCode, output) = Run(Install + "\nexport ODD='a & b {{port}}'\nstart-nginx", "nginx");

        exitCode.ShouldBe(0, output);
        output.ShouldContain("/nginx/usr/lib/nginx/modules/ngx_stream_module.so;");
        output.ShouldContain("listen 4242;");
        output.ShouldContain("set $a \"a & b {{port}}\"; # .");
        output.ShouldContain("http { client_body_temp_path /tmp/somewhere/nginx-client_body;");
        output.ShouldContain("access_log /dev/stdout;");
        output.ShouldContain("daemon off; pid /tmp/somewhere/nginx.pid;");
    }

    [Fact]
    public void Start_WhatTheAppSetsItself_IsLeftToIt()
    {
        AppFile("nginx.conf", "daemon off;\npid /tmp/mine.pid;\nhttp\n{\n  access_log off; client_body_temp_path /tmp/b;\n  listen {{port}};\n}\n");

        var (_, output) = Run(Install + "\nstart-nginx", "nginx");

        output.ShouldNotContain("/dev/stdout");
        output.ShouldNotContain("nginx-client_body");
        output.ShouldContain("{ proxy_temp_path /tmp/somewhere/nginx-proxy;");
        output.ShouldNotContain(" -g ");
    }

    [Theory]
    [InlineData("http { listen 8080; # {{port}}\n}", "nowhere {{port}}")]
    [InlineData("http {\nlisten {{port}};\nroot {{homedir}};\n}", "nginx.conf, line 3: {{homedir}} cannot be filled in")]
    [InlineData("{{module \"ngx_magic\"}}\nhttp { listen {{port}}; }", "which has: ngx_stream_module")]
    public void Check_TemplateThatCannotBe_SaysWhereAndWhat(string configuration, string message)
    {
        AppFile("nginx.conf", configuration);

        var (exitCode, output) = Run(Install + "\nstart-nginx check", "nginx");

        exitCode.ShouldBe(1);
        output.ShouldContain(message);
    }

    [Fact]
    public void Detect_NginxConf_IsWhatCounts()
    {
        Bin("detect").ExitCode.ShouldBe(1);
        AppFile("nginx.conf", "");
        Bin("detect").Output.Trim().ShouldBe("nginx");
    }
}
