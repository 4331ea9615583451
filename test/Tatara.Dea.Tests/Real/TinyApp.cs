namespace Tatara.Dea.Tests.Real;

/// <summary>An app and buildpacks for it that need nothing but the stack.</summary>
internal static class TinyApp
{
    /// <summary>A web server of a few lines: says what is asked for, and does as its path says.</summary>
    public const string Server = """
        use IO::Socket::INET;
        $| = 1;
        $SIG{TERM} = sub { print "bye\n"; exit 0 };
        my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 20, ReuseAddr => 1) or die "cannot listen: $!";
        print "listening on $ENV{PORT}\n";
        while (1) {
          my $client = $server->accept or next;
          my $request = <$client> // next;
          kill 'KILL', $$ if $request =~ m{^GET /kill };
          if ($request =~ m{^GET /burn }) { my @eaten; push @eaten, 'x' x 1_000_000 while 1; }
          my $body = "$ENV{GREETING} from $ENV{CF_INSTANCE_INDEX} at $ENV{CF_INSTANCE_INTERNAL_IP}, profile $ENV{FROM_PROFILE}, home " . `pwd`;
          print $client "HTTP/1.1 200 OK\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
          close $client;
        }
        """;

    public static (string, string)[] Package { get; } = [("server.pl", Server), (".profile.d/app.sh", "export FROM_PROFILE=sourced\n")];

    public static (string, string)[] NeverDetects { get; } = [("bin/detect!", "#!/bin/bash\nexit 1\n"), ("bin/compile!", "#!/bin/bash\nexit 1\n")];

    /// <summary>Detects server.pl, counts its runs in the cache, and brings a profile script.</summary>
    public static (string, string)[] Buildpack { get; } =
    [
        ("bin/detect!", "#!/bin/bash\n[ -f $1/server.pl ] && echo Tiny 1.0\n"),
        ("bin/supply!", "#!/bin/bash\necho '-----> Supplying' $4\nmkdir -p $3/$4/bin\necho tool >$3/$4/bin/tool\n"),
        ("bin/finalize!", """
            #!/bin/bash
            set -e
            echo "-----> Finalizing with $CF_STACK and $COLOR"
            echo run >>$2/runs
            echo "       run $(wc -l <$2/runs)"
            echo 'export TOOLS=$DEPS_DIR/0/bin' >$5/tools.sh
            """),
        ("bin/release!", "#!/bin/bash\nprintf -- '---\\ndefault_process_types:\\n  web: perl server.pl\\n  worker: sleep 1000\\n'\n"),
    ];
}
