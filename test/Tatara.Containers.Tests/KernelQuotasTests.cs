using Microsoft.Extensions.Logging.Abstractions;
using Tatara.Containers.Linux;

namespace Tatara.Containers.Tests;

public sealed class KernelQuotasTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tatara-sysctl-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Raise_LowOnesOnly_AndWhatIsMissingIsNoFailure()
    {
        Write("fs/inotify/max_user_instances", "128\n");
        Write("fs/aio-max-nr", "999999999\n");
        Write("fs/pipe-user-pages-soft", "0\n");

        KernelQuotas.Raise(NullLogger.Instance, _root);

        Read("fs/inotify/max_user_instances").ShouldBe("4194304");
        Read("fs/aio-max-nr").ShouldBe("999999999\n");
        Read("fs/pipe-user-pages-soft").ShouldBe("0\n");
        File.Exists(Path.Combine(_root, "kernel/pid_max")).ShouldBeFalse();
    }

    private string Read(string file) => File.ReadAllText(Path.Combine(_root, file));

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, file))!);
        File.WriteAllText(Path.Combine(_root, file), text);
    }
}
