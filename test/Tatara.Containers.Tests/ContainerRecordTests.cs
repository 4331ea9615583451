using Tatara.Containers.Processes;

namespace Tatara.Containers.Tests;

public sealed class ContainerRecordTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Load_OfAnEarlierVersion_LacksNothing()
    {
        File.WriteAllText(_file, """
            {"Spec":{"Handle":"h","RootFileSystem":"/stack","Command":["/bin/true"],"Environment":[],"WorkingDirectory":"/","UserId":2000,"Properties":null,
             "Limits":{"MemoryBytes":1,"DiskBytes":1,"CpuShares":2,"Pids":1,"OpenFiles":1}},"Slot":3,"StartedAt":"2026-01-01T00:00:00+00:00"}
            """);

        var spec = ContainerRecord.Load(_file)!.Spec;

        spec.Layers.ShouldBeEmpty();
        spec.Binds.ShouldBeEmpty();
        spec.Ports.ShouldBeEmpty();
        spec.Egress.ShouldBeEmpty();
        spec.Properties.ShouldBeEmpty();
    }
}
