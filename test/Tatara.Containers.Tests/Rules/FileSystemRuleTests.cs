using Tatara.Containers.Oci;
using Tatara.Containers.Rules;

namespace Tatara.Containers.Tests.Rules;

public sealed class FileSystemRuleTests
{
    [Fact]
    public void Root_IsTheWritableOverlay() => RuleTest.Apply(new RootRule()).Root.ShouldBe(new OciRoot(RuleTest.Context.Root, Readonly: false));

    [Fact]
    public void Mounts_NoneGivesSetuidAndSharedMemoryIsBounded()
    {
        var mounts = RuleTest.Apply(new MountsRule()).Mounts;

        mounts.ShouldAllBe(mount => mount.Options.Contains("nosuid"));
        mounts.Single(mount => mount.Destination == "/dev/shm").Options.ShouldContain("size=64m");
        mounts.Where(mount => mount.Type == "bind").ShouldAllBe(mount => mount.Options.Contains("ro"));
        mounts.ShouldNotContain(mount => mount.Type == "sysfs");
    }

    [Fact]
    public void Binds_ReadOnlyAsAsked()
    {
        var context = RuleTest.Context with { Container = RuleTest.Context.Container with { Binds = [new("/a", "/in", true), new("/b", "/out", false)] } };

        var mounts = RuleTest.Apply(new BindsRule(), context).Mounts;

        mounts.Select(mount => (mount.Source, mount.Destination, mount.Options[1])).ShouldBe([("/a", "/in", "ro"), ("/b", "/out", "rw")]);
        mounts.ShouldAllBe(mount => mount.Options.Contains("nosuid") && mount.Options.Contains("nodev"));
    }

    [Fact]
    public void HiddenPaths_KernelMemoryAndSettings()
    {
        var linux = RuleTest.Apply(new HiddenPathsRule()).Linux;

        foreach (var path in (string[])["/proc/kcore", "/proc/keys", "/proc/kallsyms", "/proc/timer_list", "/proc/diskstats"]) linux.MaskedPaths.ShouldContain(path);
        foreach (var path in (string[])["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus"]) linux.ReadonlyPaths.ShouldContain(path);
        linux.ReadonlyPaths.ShouldContain("/sys");
    }
}
