using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>The Java buildpack with real apps.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class JavaTests(SharedPlatform shared, JavaApps apps) : BuildpackTest(shared, "java"), IClassFixture<JavaApps>
{
    [Fact]
    public async Task Push_Jar_RunsOnTheJavaAskedForWithinItsMemoryAndHealsWhenThatRunsOut()
    {
        (await Cf.RunAsync("push", "jar", "-p", apps.Jar, "-m", "128M", "--no-start")).Succeeded();
        (await Cf.RunAsync("set-env", "jar", "JBP_CONFIG_OPEN_JDK_JRE", "{ jre: { version: 17.+ } }")).Succeeded();
        (await Cf.RunAsync("set-env", "jar", "JAVA_OPTS", "-Dgreeting='two words'")).Succeeded();
        (await Cf.RunAsync("start", "jar")).Succeeded().ShouldMatch(@"Using Java 17\.[0-9.]+ \(JBP_CONFIG_OPEN_JDK_JRE\)");

        (await Http.GetStringAsync(Platform.AppUrl("jar"))).ShouldStartWith("Hello from a JAR on Java 17.");
        var jvm = await Http.GetStringAsync(Platform.AppUrl("jar", "/jvm"));
        jvm.ShouldContain("heap: 25M");
        jvm.ShouldContain("tmpdir: /home/vcap/tmp");
        jvm.ShouldContain("greeting: two words");

        (await Http.GetAsync(Platform.AppUrl("jar", "/eat"))).IsSuccessStatusCode.ShouldBeFalse();
        await Eventually.BecomesAsync("the crash among the events", TimeSpan.FromSeconds(60),
            async () => (await Cf.RunAsync("events", "jar")).Succeeded(), text => text.Contains("crash", StringComparison.Ordinal));
        await Eventually.BecomesAsync("another instance answering", TimeSpan.FromSeconds(60), GetJarAsync, page => page.StartsWith("Hello", StringComparison.Ordinal));
        (await Cf.RunAsync("logs", "jar", "--recent")).Succeeded().ShouldContain("Terminating due to java.lang.OutOfMemoryError");
        (await Cf.RunAsync("delete", "jar", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_War_IsServedByTomcatAsTheRouterSeesIt()
    {
        var push = (await Cf.RunAsync("push", "war", "-p", apps.War, "-m", "256M")).Succeeded();
        push.ShouldContain("Using Tomcat 10.1");

        var page = await Http.GetStringAsync(Platform.AppUrl("war"));
        page.ShouldStartWith("Hello from a WAR on Java 17.");
        page.ShouldContain("server: Apache Tomcat/10.1");
        page.ShouldContain("scheme: https");
        (await Http.GetAsync(Platform.AppUrl("war", "/WEB-INF/web.xml"))).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        (await Cf.RunAsync("delete", "war", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_SourcesWithTheirOwnWrapper_AreBuiltAndWhatIsMissingIsNamed()
    {
        // Maven's own plugins come from the network; a wrapper that compiles by itself needs none, and is called the same way.
        var app = Path.Combine(Folder, "source");
        Directory.CreateDirectory(app);
        File.WriteAllText(Path.Combine(app, "pom.xml"), "<project/>");
        File.Copy(apps.Jar, Path.Combine(app, "prebuilt.zip"));
        var wrapper = Path.Combine(app, "mvnw");
        File.WriteAllText(wrapper, "echo \"called with $*\"; javac --version; mkdir -p target; unzip -q prebuilt.zip -d target/classes; rm -rf target/classes/META-INF; jar --create --file target/app.jar -C target/classes .\n");
        (await Cf.RunAsync("push", "source", "-p", app, "-m", "128M")).Failed().ShouldContain("no JAR with a Main-Class");

        File.AppendAllText(wrapper, "jar --update --file target/app.jar --main-class example.App; mkdir target/lib; cp target/classes/lib/* target/lib/\n");
        File.WriteAllText(Path.Combine(app, "Procfile"), "web: java $JAVA_OPTS -cp target/app.jar:target/lib/greeting.jar example.App\n");
        var push = (await Cf.RunAsync("push", "source", "-p", app, "-m", "128M")).Succeeded();
        push.ShouldMatch(@"called with -B -DskipTests .*package");
        push.ShouldMatch(@"javac 17\.");
        (await Http.GetStringAsync(Platform.AppUrl("source"))).ShouldStartWith("Hello from a JAR");
        (await Cf.RunAsync("delete", "source", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_MavenProject_IsBuiltWithItsLibraryAndWhatDoesNotCompileIsShown()
    {
        var project = await apps.MavenProjectAsync();
        var push = (await Cf.RunAsync("push", "words", "-p", project, "-m", "128M")).Succeeded();
        push.ShouldContain("Running mvn -B -DskipTests package");
        push.ShouldContain("BUILD SUCCESS");
        (await Http.GetStringAsync(Platform.AppUrl("words", "/?maven+by+built"))).ShouldStartWith("built by maven on Java 17.");

        var source = Path.Combine(project, "src", "main", "java", "example", "App.java");
        await File.WriteAllTextAsync(source, (await File.ReadAllTextAsync(source)).Replace("int port", "String port", StringComparison.Ordinal));
        var failed = (await Cf.RunAsync("push", "words", "-p", project, "-m", "128M")).Failed();
        failed.ShouldContain("App.java:[13,");
        failed.ShouldContain("Run 'mvn package' where you develop.");
        (await Http.GetStringAsync(Platform.AppUrl("words", "/?there+still"))).ShouldStartWith("still there on Java 17.");
        (await Cf.RunAsync("delete", "words", "-f", "-r")).Succeeded();
    }

    private async Task<string> GetJarAsync()
    {
        using var response = await Http.GetAsync(Platform.AppUrl("jar"));
        return await response.Content.ReadAsStringAsync();
    }
}
