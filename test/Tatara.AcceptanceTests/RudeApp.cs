namespace Tatara.AcceptanceTests;

/// <summary>
/// An app that ends at once on SIGTERM, in the middle of whatever it answers: /slow/SECONDS answers late, /unready/SECONDS lets
/// /ready say 503 for that long, all else says which instance it is.
/// </summary>
internal sealed class RudeApp : IDisposable
{
    private const string Server = """
        use IO::Socket::INET;
        $SIG{CHLD} = 'IGNORE';
        my $until = 0;
        my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 50, ReuseAddr => 1) or die $!;
        while (1) {
          my $client = $server->accept or next;
          my $line = <$client> // "";
          while (defined(my $header = <$client>)) { last if $header =~ /^\r?\n$/ }
          $until = time + $1 if $line =~ m{^GET /unready/(\d+)};
          my $status = $line =~ m{^GET /ready} && time < $until ? "503 Not Ready" : "200 OK";
          if (fork) { close $client; next }
          sleep $1 if $line =~ m{^GET /slow/(\d+)};
          my $body = "$ENV{CF_INSTANCE_IP} $ENV{CF_INSTANCE_INDEX}";
          print $client "HTTP/1.1 $status\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
          exit;
        }

        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tatara-rude-");

    public RudeApp(string name, int instances)
    {
        File.WriteAllText(Path.Combine(Folder, "server.pl"), Server);
        File.WriteAllText(Path.Combine(Folder, "Procfile"), "web: perl server.pl\n");
        File.WriteAllText(Manifest, $"""
            applications:
            - name: {name}
              memory: 64M
              instances: {instances}
              buildpacks: [binary_buildpack]
              readiness-health-check-type: http
              readiness-health-check-http-endpoint: /ready
              readiness-health-check-interval: 1

            """);
    }

    public string Folder => _directory.FullName;

    public string Manifest => Path.Combine(Folder, "manifest.yml");

    public void Dispose() => _directory.Delete(recursive: true);
}
