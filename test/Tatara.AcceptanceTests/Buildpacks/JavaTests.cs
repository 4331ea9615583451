using System.Diagnostics;
using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>The Java buildpack with real apps, built here with javac.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class JavaTests(SharedPlatform shared) : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-java-").FullName;
    private readonly Platform _platform = shared.Platform;
    private readonly HttpClient _http = shared.Platform.CreateClient();
    private Cf _cf = null!;

    private string Jar => Path.Combine(_directory, "app.jar");
    private string War => Path.Combine(_directory, "app.war");

    public async Task InitializeAsync()
    {
        await RunAsync(Path.Combine(Platform.Root, "samples", "java", "build"), _directory);
        _cf = await Cf.LoggedInAsync(_platform, "java");
    }

    public Task DisposeAsync()
    {
        _http.Dispose();
        _cf.Dispose();
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Push_Jar_RunsOnTheJavaAskedForWithinItsMemoryAndHealsWhenThatRunsOut()
    {
        (await _cf.RunAsync("push", "jar", "-p", Jar, "-m", "128M", "--no-start")).Succeeded();
        (await _cf.RunAsync("set-env", "jar", "JBP_CONFIG_OPEN_JDK_JRE", "{ jre: { version: 17.+ } }")).Succeeded();
        (await _cf.RunAsync("set-env", "jar", "JAVA_OPTS", "-Dgreeting='two words'")).Succeeded();
        (await _cf.RunAsync("start", "jar")).Succeeded().ShouldMatch(@"Using Java 17\.[0-9.]+ \(JBP_CONFIG_OPEN_JDK_JRE\)");

        (await _http.GetStringAsync(_platform.AppUrl("jar"))).ShouldStartWith("Hello from a JAR on Java 17.");
        var jvm = await _http.GetStringAsync(_platform.AppUrl("jar", "/jvm"));
        jvm.ShouldContain("heap: 25M");
        jvm.ShouldContain("tmpdir: /home/vcap/tmp");
        jvm.ShouldContain("greeting: two words");

        (await _http.GetAsync(_platform.AppUrl("jar", "/eat"))).IsSuccessStatusCode.ShouldBeFalse();
        await Eventually.BecomesAsync("the crash among the events", TimeSpan.FromSeconds(60),
            async () => (await _cf.RunAsync("events", "jar")).Succeeded(), text => text.Contains("crash", StringComparison.Ordinal));
        await Eventually.BecomesAsync("another instance answering", TimeSpan.FromSeconds(60), GetJarAsync, page => page.StartsWith("Hello", StringComparison.Ordinal));
        (await _cf.RunAsync("logs", "jar", "--recent")).Succeeded().ShouldContain("Terminating due to java.lang.OutOfMemoryError");
        (await _cf.RunAsync("delete", "jar", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_War_IsServedByTomcatAsTheRouterSeesIt()
    {
        var push = (await _cf.RunAsync("push", "war", "-p", War, "-m", "256M")).Succeeded();
        push.ShouldContain("Using Tomcat 10.1");

        var page = await _http.GetStringAsync(_platform.AppUrl("war"));
        page.ShouldStartWith("Hello from a WAR on Java 17.");
        page.ShouldContain("server: Apache Tomcat/10.1");
        page.ShouldContain("scheme: https");
        (await _http.GetAsync(_platform.AppUrl("war", "/WEB-INF/web.xml"))).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        (await _cf.RunAsync("delete", "war", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_SourcesWithTheirOwnWrapper_AreBuiltAndWhatIsMissingIsNamed()
    {
        // Maven's own plugins come from the network; a wrapper that compiles by itself needs none, and is called the same way.
        var app = Path.Combine(_directory, "source");
        Directory.CreateDirectory(app);
        File.WriteAllText(Path.Combine(app, "pom.xml"), "<project/>");
        File.Copy(Jar, Path.Combine(app, "prebuilt.zip"));
        var wrapper = Path.Combine(app, "mvnw");
        File.WriteAllText(wrapper, "echo \"called with $*\"; javac --version; mkdir -p target; unzip -q prebuilt.zip -d target/classes; rm -rf target/classes/META-INF; jar --create --file target/app.jar -C target/classes .\n");
        (await _cf.RunAsync("push", "source", "-p", app, "-m", "128M")).Failed().ShouldContain("no JAR with a Main-Class");

        File.AppendAllText(wrapper, "jar --update --file target/app.jar --main-class example.App; mkdir target/lib; cp target/classes/lib/* target/lib/\n");
        File.WriteAllText(Path.Combine(app, "Procfile"), "web: java $JAVA_OPTS -cp target/app.jar:target/lib/greeting.jar example.App\n");
        var push = (await _cf.RunAsync("push", "source", "-p", app, "-m", "128M")).Succeeded();
        push.ShouldMatch(@"called with -B -DskipTests .*package");
        push.ShouldMatch(@"javac 17\.");
        (await _http.GetStringAsync(_platform.AppUrl("source"))).ShouldStartWith("Hello from a JAR");
        (await _cf.RunAsync("delete", "source", "-f", "-r")).Succeeded();
    }

    private async Task<string> GetJarAsync()
    {
        using var response = await _http.GetAsync(_platform.AppUrl("jar"));
        return await response.Content.ReadAsStringAsync();
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} failed: {errors}");
    }
}
