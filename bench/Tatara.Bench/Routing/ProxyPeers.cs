using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tatara.Testing;

namespace Tatara.Bench.Routing;

/// <summary>nginx as the back end, nginx and haproxy as the routers to compare with; each configured as it is fastest without giving up correctness.</summary>
internal sealed class ProxyPeers(string directory)
{
    public const string Host = "app.bench.test";

    /// <summary>One worker a proxy: CPU per request is compared, and so each gets the same share of the machine.</summary>
    private const string NginxCommon = "user root; worker_processes 1; daemon off; error_log /dev/null; pid PID; events { worker_connections 8000; }\n";

    public string CertificateFile { get; } = Path.Combine(directory, "certificate.pem");
    public string KeyFile { get; } = Path.Combine(directory, "key.pem");

    /// <summary>haproxy wants both in one file.</summary>
    private string BundleFile { get; } = Path.Combine(directory, "bundle.pem");

    public void WriteCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + Host, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(BundleFile, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
    }

    public Task<ServerProcess> StartBackendAsync()
    {
        foreach (var (name, bytes) in new[] { ("small", 200), ("100k", 100 * 1024), ("10m", 10 * 1024 * 1024) })
            File.WriteAllText(Path.Combine(directory, name), new string('x', bytes));
        return StartNginxAsync("backend", port => $$"""
            server { listen 127.0.0.1:{{port}} backlog=8192; root {{directory}}; location /small { return 200 "{{new string('x', 200)}}"; } }
            """);
    }

    public Task<ServerProcess> StartNginxAsync(int backend, int tlsPort) => StartNginxAsync("nginx", port => $$"""
        upstream app { server 127.0.0.1:{{backend}}; keepalive 256; keepalive_requests 100000000; }
        server {
          listen 127.0.0.1:{{port}} backlog=8192; listen 127.0.0.1:{{tlsPort}} ssl backlog=8192;
          ssl_certificate {{CertificateFile}}; ssl_certificate_key {{KeyFile}}; ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:s:10m;
          proxy_buffer_size 64k; proxy_buffers 8 64k; proxy_busy_buffers_size 128k; proxy_max_temp_file_size 0;
          proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          location / { proxy_pass http://app; }
        }
        """);

    public async Task<ServerProcess> StartHaproxyAsync(int backend)
    {
        var port = NatsServer.FreePort();
        var config = Path.Combine(directory, "haproxy.cfg");
        await File.WriteAllTextAsync(config, $"""
            global
              nbthread 2
              maxconn 5000
            defaults
              mode http
              option forwardfor
              http-reuse always
              timeout connect 5s
              timeout client 75s
              timeout server 75s
            frontend in
              bind 127.0.0.1:{port} backlog 8192
              default_backend app
            backend app
              server one 127.0.0.1:{backend} pool-max-conn 256

            """);
        return await ServerProcess.StartAsync("haproxy", port, "haproxy", "-db", "-f", config);
    }

    private async Task<ServerProcess> StartNginxAsync(string name, Func<int, string> servers)
    {
        var port = NatsServer.FreePort();
        var config = Path.Combine(directory, name + ".conf");
        await File.WriteAllTextAsync(config, NginxCommon.Replace("PID", Path.Combine(directory, name + ".pid"), StringComparison.Ordinal)
            + "http { access_log off; keepalive_requests 100000000; keepalive_timeout 300s; sendfile on; tcp_nodelay on;\n" + servers(port) + "\n}\n");
        return await ServerProcess.StartAsync(name, port, "nginx", "-c", config, "-e", "/dev/null");
    }
}
