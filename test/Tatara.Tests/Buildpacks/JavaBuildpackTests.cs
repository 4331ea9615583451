namespace Tatara.Tests.Buildpacks;

/// <summary>What the Java buildpack reads from an app, and how it divides an instance's memory.</summary>
public sealed class JavaBuildpackTests() : BuildpackTestBase("java")
{
    private const string Manifest = "META-INF/MANIFEST.MF";

    [Theory]
    [InlineData("{ jre: { version: 17.+ } }", "17")]
    [InlineData("[jre: {version: 17.0.+}]", "17.0")]
    [InlineData("{ \"jre\": { \"version\": \"1.8.0_+\" } }", "8")]
    [InlineData("jre: { version: '11.0.2' }", "11.0.2")]
    [InlineData("{ memory_calculator: { stack_threads: 30 } }", "")]
    [InlineData("{ jre: { version: + } }", "")]
    public void JavaRange_CloudFoundrysSetting_IsARange(string setting, string range) =>
        Run($"JBP_CONFIG_OPEN_JDK_JRE='{setting.Replace("'", "'\\''", StringComparison.Ordinal)}' java_range .", "settings", "java").Output.Trim().ShouldBe(range);

    [Fact]
    public void JavaRange_SystemProperties_IsRead()
    {
        AppFile("system.properties", "# ours\njava.runtime.version = 17\r\n");

        Run("java_range .; java_version_source .", "settings", "java").Output.ShouldBe("17\nsystem.properties\n");
    }

    [Fact]
    public void Supply_JavaThatIsNotThere_ListsThoseThatAre()
    {
        Dependencies("jre 17.0.15");
        AppFile("system.properties", "java.runtime.version=21\n");
        AppFile(Manifest, "Main-Class: App\n");

        var result = Bin("supply");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("jre 21, asked for in system.properties, is not in this buildpack");
        result.Output.ShouldContain("Versions there are: 17.0.15");
    }

    [Theory]
    [InlineData("WEB-INF/web.xml", "<web-app/>")]
    [InlineData(Manifest, "Main-Class: App\n")]
    [InlineData("pom.xml", "<project/>")]
    [InlineData("build.gradle.kts", "")]
    [InlineData("app.war", "")]
    public void Detect_JavaApp_IsFound(string file, string content)
    {
        AppFile(file, content);

        Bin("detect").ShouldBe((0, "Java\n"));
    }

    [Fact]
    public void Detect_LibrariesOfAnotherApp_AreNoJavaApp()
    {
        AppFile("lib/driver.jar", "");
        AppFile("driver.jar", "");
        AppFile("index.js", "");

        Bin("detect").ExitCode.ShouldBe(1);
    }

    [Fact]
    public void Finalize_NoMainClass_SaysHowToNameOne()
    {
        AppFile(Manifest, "Manifest-Version: 1.0\nCreated-By: 17\n");
        AppFile("App.class", "");

        var result = Bin("finalize");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("META-INF/MANIFEST.MF has no Main-Class");
        result.Output.ShouldContain("JBP_CONFIG_JAVA_MAIN");
    }

    [Fact]
    public void Finalize_GradleWithoutWrapper_SaysHowToAddIt()
    {
        AppFile("build.gradle", "apply plugin: 'java'\n");

        var result = Run("build=$PWD cache=$PWD/cache; build_with_gradle $build $cache /nowhere", "settings", "java", "build");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("gradle wrapper");
    }

    [Fact]
    public void Release_FoldedManifest_IsUnfolded()
    {
        AppFile(Manifest, "Manifest-Version: 1.0\r\nMain-Class: org.example.a.very.long.package.name.that.does.not.fit.A\r\n pplication\r\nClass-Path: lib/one.jar ../../etc/passwd lib/t\r\n wo.jar missing.jar\r\n\r\n");
        AppFile("lib/one.jar", "");
        AppFile("lib/two.jar", "");

        Bin("release").Output.ShouldContain(
            "web: 'eval \"exec java $JAVA_OPTS -cp $HOME:$HOME/lib/one.jar:$HOME/lib/two.jar org.example.a.very.long.package.name.that.does.not.fit.Application\"'");
    }

    [Theory]
    [InlineData("App; rm -rf /")]
    [InlineData("$(id)")]
    [InlineData("../App")]
    public void Release_MainClassThatIsNoName_IsNotRun(string name)
    {
        AppFile(Manifest, $"Main-Class: {name}\n");

        Bin("release").Output.ShouldBe("--- {}\n");
    }

    [Fact]
    public void Release_MainClassAndArgumentsFromSetting_Win()
    {
        AppFile(Manifest, "Main-Class: Other\n");

        Run("JBP_CONFIG_JAVA_MAIN='{ java_main_class: com.example.Outer$Inner, arguments: \"--port=80 run\" }' start_command $PWD", "settings", "java")
            .Output.ShouldBe("eval \"exec java $JAVA_OPTS -cp $HOME 'com.example.Outer\\$Inner' --port=80 run\"\n");
    }

    [Fact]
    public void Release_Wars_GoToTomcatUnlessTheyBringTheirOwn()
    {
        AppFile("WEB-INF/web.xml", "<web-app/>");
        Bin("release").Output.ShouldContain("web: 'tomcat \"$HOME\"'");

        AppFile(Manifest, "Main-Class: org.springframework.boot.loader.launch.WarLauncher\nStart-Class: App\n");
        Bin("release").Output.ShouldContain("exec java $JAVA_OPTS -cp $HOME org.springframework.boot.loader.launch.WarLauncher");
    }

    [Theory]
    [InlineData(128, 0, "", "-Xmx26M")]
    [InlineData(1024, 30000, "", "-Xmx712M")]
    [InlineData(1024, 30000, "-XX:MaxMetaspaceSize=200m", "-Xmx602M")]
    [InlineData(1024, 0, "-Xss512k", "-Xmx770M")]
    public void MemoryOptions_Heap_IsWhatTheOthersLeave(int limit, int classes, string options, string heap) =>
        Memory(limit, classes, options).Output.ShouldContain(heap);

    [Theory]
    [InlineData("-Xmx700m")]
    [InlineData("-server -XX:MaxRAMPercentage=60")]
    public void MemoryOptions_HeapGiven_IsLeftAlone(string options) => Memory(1024, 0, options).Output.ShouldNotContain("-Xmx");

    [Fact]
    public void MemoryOptions_TooLittle_SaysHowMuchToGive()
    {
        var result = Memory(96, 30000, "");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("A memory limit of 96M is too small");
        result.Output.ShouldContain("cf scale APP -m 192M");
    }

    private (int ExitCode, string Output) Memory(int limit, int classes, string options) =>
        Run($". \"$BUILDPACK_DIR/start/memory.sh\"; memory_options {limit} {classes} '{options}'");
}
