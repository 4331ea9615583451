namespace Tatara.Tests.Buildpacks;

/// <summary>The script that runs php-fpm and the web server, with stand-ins for both.</summary>
public sealed class PhpStartTests() : BuildpackTestBase("php")
{
    /// <summary>Stand-ins that say which signal ended them; php-fpm's makes its socket, and ends by itself once there is a file "die".</summary>
    private const string Install = """
        cat >stand-in <<'END'
        #!/usr/bin/perl
        use Socket;
        $| = 1;
        my ($name) = $0 =~ m#([^/]+)$#;
        for my $signal (qw(TERM QUIT)) { $SIG{$signal} = sub { print "$name: $signal\n"; exit 0 }; }
        if ($name eq 'php-fpm') {
          socket(my $listener, AF_UNIX, SOCK_STREAM, 0);
          bind($listener, pack_sockaddr_un("$ENV{TMPDIR}/php-fpm.socket")) or die $!;
          print "children: $ENV{PHP_FPM_CHILDREN}\n";
        } else { open(my $file, '>', "$ENV{TMPDIR}/up"); }
        while (1) { select(undef, undef, undef, 0.02); exit 3 if $name eq 'php-fpm' && -e "$ENV{TMPDIR}/die"; }
        END
        chmod +x stand-in
        mkdir -p bin tmp root/etc root/nginx/conf
        cp stand-in bin/php-fpm; cp stand-in bin/nginx
        echo nginx >root/etc/web-server
        echo 'listen ${PORT}; root ${HOME}/x; set $a ${lower}; # ${UNSET}.' >root/nginx/conf/nginx.conf
        export HOME=$PWD TMPDIR=$PWD/tmp PHP_ROOT=$PWD/root PHPRC=$PWD/root/etc PORT=4242 PATH="$PWD/bin:$PATH"
        start() { bash "$BUILDPACK_DIR/lib/start.sh" & started=$!; until [[ -e tmp/up ]]; do sleep 0.02; done; }
        """;

    [Fact]
    public void PhpFpmEnds_TheServerIsEndedAndTheInstanceFails()
    {
        var (_, output) = Run(Install + "\nstart; touch tmp/die; wait $started || echo status $?");

        output.ShouldContain("php-fpm ended; the instance ends with it.");
        output.ShouldContain("nginx: TERM");
        output.ShouldContain("status 1");
    }

    [Fact]
    public void Stop_ServerFirst_ThenPhpFpm()
    {
        var (_, output) = Run(Install + "\nstart; kill $started; wait $started || echo status $?");

        output.IndexOf("nginx: QUIT", StringComparison.Ordinal).ShouldBeGreaterThan(-1, output);
        output.IndexOf("php-fpm: QUIT", StringComparison.Ordinal).ShouldBeGreaterThan(output.IndexOf("nginx: QUIT", StringComparison.Ordinal));
        output.ShouldContain("status 143");
    }

    [Fact]
    public void Settings_ForNginx_HoldTheInstancesPortAndFolder()
    {
        var (_, output) = Run(Install + "\nstart; kill $started; wait $started || true; cat tmp/nginx/nginx.conf");

        output.ShouldContain($"listen 4242; root {App}/x; set $a ${{lower}}; # .");
    }

    [Theory]
    [InlineData("64m", 2)]
    [InlineData("128m", 3)]
    [InlineData("512M", 15)]
    [InlineData("1G", 31)]
    [InlineData("64g", 50)]
    public void Children_MemoryLimit_IsSharedAmongThem(string limit, int children)
    {
        var (_, output) = Run(Install + $"\nexport MEMORY_LIMIT={limit}\nstart; kill $started; wait $started || true");

        output.ShouldContain($"children: {children}\n");
    }
}
