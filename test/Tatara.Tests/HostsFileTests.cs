using Tatara.Names;

namespace Tatara.Tests;

public sealed class HostsFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    private HostsFile File_(string owner = "tatara.localhost") => new(_path, owner);

    [Fact]
    public void Write_NamesThenNone_LeavesTheFileAsItWas()
    {
        File.WriteAllText(_path, "127.0.0.1 localhost\n# a comment\n");

        File_().Write("127.0.0.1", ["api.tatara.localhost"]).ShouldBeTrue();
        File.ReadAllText(_path).ShouldContain("127.0.0.1 api.tatara.localhost");
        File_().Write("127.0.0.1", []).ShouldBeTrue();

        File.ReadAllText(_path).ShouldBe("127.0.0.1 localhost\n# a comment\n");
    }

    [Fact]
    public void Write_SameNamesAgain_ChangesNothing()
    {
        File_().Write("127.0.0.1", ["b", "a"]);

        File_().Write("127.0.0.1", ["a", "b"]).ShouldBeFalse();
    }

    [Fact]
    public void Write_TwoPlatforms_KeepTheirOwnBlocks()
    {
        File_("one.localhost").Write("127.0.0.1", ["api.one.localhost"]);
        File_("two.localhost").Write("127.0.0.1", ["api.two.localhost"]);
        File_("one.localhost").Write("127.0.0.1", []);

        File.ReadAllText(_path).ShouldContain("api.two.localhost");
        File.ReadAllText(_path).ShouldNotContain("one.localhost");
    }

    [Fact]
    public void Write_BlockCutOffByACrash_IsReplaced()
    {
        File_().Write("127.0.0.1", ["api.tatara.localhost"]);
        var text = File.ReadAllText(_path);
        File.WriteAllText(_path, "10.0.0.1 mine\n" + text[..^10]);

        File_().Write("127.0.0.1", []);

        File.ReadAllText(_path).ShouldBe("10.0.0.1 mine\n");
    }

    [Fact]
    public void Write_FileWithoutFinalNewline_StartsALineOfItsOwn()
    {
        File.WriteAllText(_path, "127.0.0.1 localhost");

        File_().Write("127.0.0.1", ["api.tatara.localhost"]);

        File.ReadAllLines(_path)[0].ShouldBe("127.0.0.1 localhost");
    }
}
