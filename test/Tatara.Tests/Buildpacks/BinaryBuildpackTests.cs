namespace Tatara.Tests.Buildpacks;

public sealed class BinaryBuildpackTests() : BuildpackTestBase("binary")
{
    private const string Loader = "/lib64/ld-linux-x86-64.so.2";

    [Fact]
    public void Finalize_NoProcfile_SaysHowToStart()
    {
        Program("server", Elf.Program(Elf.Arm64, ""));

        var finalize = Bin("finalize");

        finalize.ExitCode.ShouldBe(0);
        finalize.Output.ShouldContain("-c COMMAND");
        finalize.Output.ShouldContain("'server' cannot run here: it was built for another processor");
    }

    [Theory]
    [InlineData("arm64", "built for another processor")]
    [InlineData("musl", "built for musl")]
    [InlineData("loader", "the loader /lib/ld-other.so, which this stack does not have")]
    public void Finalize_ProgramForAnotherMachine_SaysWhich(string kind, string why)
    {
        Procfile("web: ./server --fast");
        Program("server", kind switch
        {
            "arm64" => Elf.Program(Elf.Arm64, "/lib/ld-linux-aarch64.so.1"),
            "musl" => Elf.Program(Elf.X64, "/lib/ld-musl-x86_64.so.1"),
            _ => Elf.Program(Elf.X64, "/lib/ld-other.so"),
        });

        Refused(why);
    }

    [Theory]
    [InlineData("#!/usr/bin/nonesuch\n", "the interpreter /usr/bin/nonesuch, which is not in this stack")]
    [InlineData("#!/usr/bin/env nonesuch\n", "the interpreter nonesuch, which is neither in this stack nor")]
    [InlineData("#!/bin/bash\r\necho hi\r\n", "save it with LF line ends")]
    [InlineData("MZ\u0090", "a program for Windows")]
    [InlineData("just words", "neither a Linux program nor a script")]
    [InlineData("", "neither a Linux program nor a script")]
    public void Finalize_FileThatIsNoProgram_SaysWhy(string content, string why)
    {
        Procfile("web: ./server");
        AppFile("server", content);

        Refused(why);
    }

    [Fact]
    public void Finalize_ProgramThatWasNotPushed_SaysSo()
    {
        Procfile("web: exec bin/server");

        Refused("'bin/server', which is not among the app's files");
    }

    [Theory]
    [InlineData("web: ./server")]
    [InlineData("web: exec server -p $PORT")]
    public void Finalize_ScriptThatIsNotExecutable_IsMadeSo(string procfile)
    {
        Procfile(procfile);
        AppFile("server", "#!/usr/bin/env bash\n");

        Bin("finalize").ExitCode.ShouldBe(0);

        File.GetUnixFileMode(Path.Combine(App, "server")).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue();
    }

    [Theory]
    [InlineData("web: java -jar app.jar")]
    [InlineData("web: cd public && ./server")]
    [InlineData("web: $HOME/server")]
    [InlineData("web: ../../etc/passwd")]
    public void Finalize_CommandOfTheShell_IsLeftToIt(string procfile)
    {
        Procfile(procfile);

        Bin("finalize").ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Finalize_GoodProgram_IsAccepted()
    {
        Procfile("web: ./server");
        Program("server", Elf.Program(Elf.X64, Loader));

        var finalize = Bin("finalize");

        finalize.ShouldBe((0, "-----> Nothing to build: the app is run as it is\n"));
    }

    private void Refused(string why)
    {
        var finalize = Bin("finalize");
        finalize.ExitCode.ShouldBe(1);
        finalize.Output.ShouldContain(why);
    }

    private void Procfile(string line) => AppFile("Procfile", line + "\n");

    private void Program(string name, byte[] content)
    {
        File.WriteAllBytes(Path.Combine(App, name), content);
        File.SetUnixFileMode(Path.Combine(App, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
