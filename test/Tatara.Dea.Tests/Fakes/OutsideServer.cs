using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tatara.Dea.Tests.Fakes;

/// <summary>
/// A host that containers reach, as they cannot reach this machine: a network namespace at the end of a cable, with an HTTPS
/// server of files (/files/NAME) and of git repositories (/git/NAME).
/// </summary>
internal sealed partial class OutsideServer : IAsyncDisposable
{
    private static int _count;

    private readonly string _id = $"{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
    private readonly string _network = $"10.149.{Environment.ProcessId % 250}.{_count % 60 * 4}";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tatara-outside-");
    private readonly ConcurrentDictionary<string, byte[]> _files = new();
    private WebApplication? _app;
    private Socket? _socket;

    private string Namespace => $"tatara-out-{_id}";
    private string Cable => $"to{_id}";
    private string Neighbour(int last) => $"{_network[.._network.LastIndexOf('.')]}.{int.Parse(_network[(_network.LastIndexOf('.') + 1)..]) + last}";

    /// <summary>USER:PASSWORD that is asked for; null: everyone is welcome.</summary>
    public string? Login { get; set; }

    /// <summary>Runs while a request that brought the login waits for its answer.</summary>
    public Action OnLogin { get; set; } = () => { };

    /// <summary>The certificate of an authority that vouches for the server.</summary>
    public string Authority { get; private set; } = "";

    public string Host => $"{Neighbour(2)}:{((IPEndPoint)_socket!.LocalEndPoint!).Port}";

    /// <param name="login">As it stands in a URL, with its @; or nothing.</param>
    public string UrlOf(string path, string login = "") => $"https://{login}{Host}/{path}";

    public static async Task<OutsideServer> StartAsync()
    {
        var server = new OutsideServer();
        Run("ip", "netns", "add", server.Namespace);
        Run("ip", "link", "add", server.Cable, "type", "veth", "peer", "name", "eth0", "netns", server.Namespace);
        Run("ip", "address", "add", server.Neighbour(1) + "/30", "dev", server.Cable);
        Run("ip", "link", "set", server.Cable, "up");
        Run("ip", "-netns", server.Namespace, "address", "add", server.Neighbour(2) + "/30", "dev", "eth0");
        Run("ip", "-netns", server.Namespace, "link", "set", "eth0", "up");
        await server.ListenAsync();
        return server;
    }

    public void AddFile(string name, byte[] content) => _files[name] = content;

    /// <summary>Commits files; each further call is one more commit. Names that end with ! are executable.</summary>
    /// <param name="branch">Made from what is there when it is new.</param>
    /// <returns>The commit.</returns>
    public string Commit(string repository, string branch, params (string Path, string Text)[] files)
    {
        var work = Path.Combine(_directory.FullName, "work", repository);
        var bare = Path.Combine(_directory.FullName, "git", repository);
        if (!Directory.Exists(work))
        {
            Run("git", "init", "--quiet", "--bare", "--initial-branch", branch, bare);
            Run("git", "init", "--quiet", "--initial-branch", branch, work);
        }
        else if (Run("git", "-C", work, "branch", "--show-current").Trim() != branch) Run("git", "-C", work, "checkout", "--quiet", "-B", branch);
        foreach (var (path, text) in files)
        {
            var file = new FileInfo(Path.Combine(work, path.TrimEnd('!')));
            file.Directory!.Create();
            File.WriteAllText(file.FullName, text);
            File.SetUnixFileMode(file.FullName, path.EndsWith('!') ? (UnixFileMode)0x1ED : (UnixFileMode)0x1A4);
        }
        Run("git", "-C", work, "add", "--all");
        Run("git", "-C", work, "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet", "--message", "A version");
        Run("git", "-C", work, "push", "--quiet", bare, branch);
        return Run("git", "-C", work, "rev-parse", "HEAD").Trim();
    }

    public void Tag(string repository, string tag, string commit) => Run("git", "-C", Path.Combine(_directory.FullName, "git", repository), "tag", tag, commit);

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _socket?.Dispose();
        Run("ip", "link", "delete", Cable);
        Run("ip", "netns", "delete", Namespace);
        _directory.Delete(recursive: true);
    }

    private async Task ListenAsync()
    {
        // A socket belongs to the namespace that its thread was in when it was made.
        var thread = new Thread(() =>
        {
            using var there = File.OpenHandle($"/run/netns/{Namespace}");
            if (EnterNamespace((int)there.DangerousGetHandle(), 0) != 0) throw new InvalidOperationException("No way into the namespace.");
            _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _socket.Bind(new IPEndPoint(IPAddress.Parse(Neighbour(2)), 0));
            _socket.Listen();
        });
        thread.Start();
        thread.Join();
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=outside", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(Neighbour(2)));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var signed = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Authority = signed.ExportCertificatePem();
        var certificate = X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), null);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(o => o.ListenHandle((ulong)_socket!.SafeHandle.DangerousGetHandle(), l => l.UseHttps(certificate)));
        _app = builder.Build();
        _app.Use(CheckLoginAsync);
        _app.MapGet("/files/{name}", (string name) => _files.TryGetValue(name, out var bytes) ? Results.Bytes(bytes) : Results.NotFound());
        _app.Map("/git/{**path}", GitAsync);
        await _app.StartAsync();
    }

    private Task CheckLoginAsync(HttpContext http, RequestDelegate next)
    {
        if (Login is null) return next(http);
        if (http.Request.Headers.Authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Login)))
        {
            OnLogin();
            return next(http);
        }
        http.Response.StatusCode = 401;
        http.Response.Headers.WWWAuthenticate = "Basic realm=\"outside\"";
        return Task.CompletedTask;
    }

    /// <summary>Hands a request to git's own CGI program.</summary>
    private async Task GitAsync(HttpContext http)
    {
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["GIT_PROJECT_ROOT"] = Path.Combine(_directory.FullName, "git");
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["PATH_INFO"] = "/" + http.Request.RouteValues["path"];
        start.Environment["REQUEST_METHOD"] = http.Request.Method;
        start.Environment["QUERY_STRING"] = http.Request.QueryString.Value!.TrimStart('?');
        start.Environment["CONTENT_TYPE"] = http.Request.ContentType;
        start.Environment["HTTP_CONTENT_ENCODING"] = http.Request.Headers.ContentEncoding;
        start.Environment["HTTP_GIT_PROTOCOL"] = http.Request.Headers["Git-Protocol"];
        using var git = Process.Start(start)!;
        await http.Request.Body.CopyToAsync(git.StandardInput.BaseStream);
        git.StandardInput.Close();
        using var output = new MemoryStream();
        await git.StandardOutput.BaseStream.CopyToAsync(output);
        var bytes = output.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var header in Encoding.ASCII.GetString(bytes, 0, end).Split("\r\n"))
        {
            var (name, value) = (header.Split(':')[0], header[(header.IndexOf(':') + 1)..].Trim());
            if (name == "Status") http.Response.StatusCode = int.Parse(value.Split(' ')[0]);
            else http.Response.Headers[name] = value;
        }
        await http.Response.Body.WriteAsync(bytes.AsMemory(end + 4));
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.Result}");
    }

    [LibraryImport("libc", EntryPoint = "setns")]
    private static partial int EnterNamespace(int descriptor, int kind);
}
