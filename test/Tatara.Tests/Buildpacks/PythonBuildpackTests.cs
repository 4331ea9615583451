namespace Tatara.Tests.Buildpacks;

/// <summary>The Python buildpack: what it reads before anything is installed.</summary>
public sealed class PythonBuildpackTests : BuildpackTestBase
{
    public PythonBuildpackTests() : base("python") => Dependencies("python 3.11.2");

    [Theory]
    [InlineData("3.11.x", true)]
    [InlineData("3.11", true)]
    [InlineData("3", true)]
    [InlineData("==3.11.*", true)]
    [InlineData("==3.11.2", true)]
    [InlineData("===3.11.1", false)]
    [InlineData("~=3.10", true)]
    [InlineData("~=3.10.1", false)]
    [InlineData(">=3.9, <4", true)]
    [InlineData(">= 3.12", false)]
    [InlineData(">=3.9,!=3.11.2", false)]
    [InlineData(">=3.9,!=3.11.*", false)]
    [InlineData(">=3.9,!=3.10.*", true)]
    [InlineData("$(id)", false)]
    public void Pep440Matches_Range_AsPipReadsIt(string range, bool matches) =>
        Run($"pep440_matches 3.11.2 '{range}'", "python").ExitCode.ShouldBe(matches ? 0 : 1);

    [Theory]
    [InlineData("runtime.txt", "python-3.11.x\n", "3.11.x from runtime.txt")]
    [InlineData("runtime.txt", "python-3.11.2\r\n", "3.11.2 from runtime.txt")]
    [InlineData(".python-version", "# chosen by us\n3.11\n", "3.11 from .python-version")]
    [InlineData("Pipfile", "[requires]\npython_version = \"3.11\"\n", "3.11 from Pipfile")]
    [InlineData("Pipfile.lock", """{"_meta": {"requires": {"python_version": "3.11"}}}""", "3.11 from Pipfile.lock")]
    [InlineData("pyproject.toml", "[project]\nrequires-python = \">=3.9,<4\" # both\n", ">=3.9,<4 from requires-python in pyproject.toml")]
    [InlineData("requirements.txt", "flask\n", "from the default")]
    public void Version_WhatTheAppSays_IsChosen(string file, string content, string expected)
    {
        AppFile(file, content);

        Run("read_python_range .; echo \"$PYTHON_RANGE from $PYTHON_RANGE_SOURCE\"", "python").Output.ShouldContain(expected);
    }

    [Theory]
    [InlineData("runtime.txt", "python-3.12.4\n", "python 3.12.4, asked for in runtime.txt, is not in this buildpack")]
    [InlineData("runtime.txt", "3.11\n", "runtime.txt: '3.11' names no Python.")]
    [InlineData(".python-version", "pypy3.9\n", ".python-version: 'pypy3.9' names no Python.")]
    [InlineData("Pipfile.lock", "{ \"_meta\": ", "Pipfile.lock cannot be read")]
    public void Supply_VersionThatCannotBeHad_SaysWhatToDo(string file, string content, string message)
    {
        AppFile("requirements.txt", "");
        AppFile(file, content);

        var result = Bin("supply");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain(message);
    }

    [Theory]
    [InlineData("No matching distribution found for flask==99", "There is no package that fits 'flask==99'")]
    [InlineData("Failed to establish a new connection\nNo matching distribution found for flask", "The package index cannot be reached while staging, and flask is not in vendor/.")]
    [InlineData("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that the lock file was made with")]
    [InlineData("Invalid requirement: '=== x'", "requirements.txt cannot be read")]
    [InlineData("error: command '/usr/bin/gcc' failed with exit code 1", "A package could not be built")]
    [InlineData("something else", "pip install failed: see its output above.")]
    public void ExplainFailure_OfPip_SaysWhatToMend(string log, string message)
    {
        AppFile("log", log);

        var result = Run("explain_failure log ''", "packages");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain(message);
    }

    [Theory]
    [InlineData("requirements.txt", 0)]
    [InlineData("Pipfile", 0)]
    [InlineData("pyproject.toml", 0)]
    [InlineData("setup.py", 0)]
    [InlineData("main.py", 1)]
    public void Detect_FilesOfPackages_ArePython(string file, int exitCode)
    {
        AppFile(file, "");

        Bin("detect").ExitCode.ShouldBe(exitCode);
    }
}
