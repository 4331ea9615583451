namespace Tatara.Containers.Tests.Escapes;

/// <summary>Code that looks for what belongs to others.</summary>
public sealed class SpyingTests(Neighbourhood street) : IClassFixture<Neighbourhood>
{
    [Fact]
    public async Task Processes_OfOthers_AreNotThere()
    {
        var (_, output) = await street.Machine.RunAsync($"""
            for pid in {street.NeighbourPid} {Environment.ProcessId}; do
              for file in environ maps mem root/home/vcap/secret cwd exe status cmdline; do [ -e /proc/$pid/$file ] && echo "there is /proc/$pid/$file"; done
            done
            cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -E '[S]ECRET|[h]orse|[c]onmon|[d]otnet'
            echo end
            """);

        output.ShouldBe("end");
    }

    [Fact]
    public async Task Files_OfOthers_AreNotThere()
    {
        var (_, output) = await street.Machine.RunAsync("""
            find / -name secret -not -path '/proc/*' 2>/dev/null
            ls -A /home/vcap/secret /dev/shm /run /tmp /mnt /srv /root /proc/1/root/home/vcap/secret 2>/dev/null | grep -i secret
            cat /dev/shm/* /tmp/* 2>/dev/null
            ipcs -m 2>/dev/null | grep -c 0x
            echo end
            """);

        output.ShouldBe("0\nend");
    }

    [Fact]
    public async Task Sockets_OfOthers_CannotBeReachedByName()
    {
        var (_, output) = await street.PerlAsync("""
            use IO::Socket::UNIX;
            print IO::Socket::UNIX->new(Peer => "\0hidden") ? 'connected' : 'nobody';
            open my $names, '<', '/proc/net/unix'; print grep /hidden|nats|conmon/, <$names>;
            """);

        output.ShouldBe("nobody");
    }

    [Fact]
    public async Task WhatTheKernelTells_NamesNoOther()
    {
        var (_, output) = await street.Machine.RunAsync(
            "cat /proc/self/mountinfo /proc/mounts /proc/self/cgroup /proc/1/cgroup /proc/1/environ /proc/net/* /proc/locks /sys/fs/cgroup/*/cgroup.procs 2>/dev/null; find /sys/fs/cgroup -mindepth 1 -type d 2>/dev/null");

        output.ShouldNotContain(street.Neighbour.Handle);
        output.ShouldNotContain(Neighbourhood.Secret);
        output.ShouldNotContain(street.Neighbour.Address);
    }

    // An environment may hold the credentials of services.
    [Fact]
    public async Task WhatThePlatformKeeps_IsForRootAlone()
    {
        var paths = new Processes.ContainerPaths(street.Machine.Options, street.Neighbour.Handle);

        File.ReadAllText(paths.Config).ShouldContain(Neighbourhood.Secret);
        (File.GetUnixFileMode(paths.Bundle) & ~Linux.Ownership.Private).ShouldBe((UnixFileMode)0);
        await street.ShouldBeUnharmedAsync();
    }
}
