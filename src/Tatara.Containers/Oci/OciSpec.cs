using System.Text.Json.Serialization;

namespace Tatara.Containers.Oci;

// The parts of the OCI runtime specification (config.json) that the rules fill in.

internal sealed class OciSpec
{
    public string OciVersion { get; } = "1.0.2";
    public OciRoot Root { get; set; } = new("", false);
    public string Hostname { get; set; } = "";
    public OciProcess Process { get; } = new();
    public List<OciMount> Mounts { get; } = [];
    public OciLinux Linux { get; } = new();
}

internal sealed record OciRoot(string Path, bool Readonly);

internal sealed record OciMount(string Destination, string Type, string Source, IReadOnlyList<string> Options);

internal sealed class OciProcess
{
    public OciUser User { get; set; } = new(0, 0);
    public IReadOnlyList<string> Args { get; set; } = [];
    public IReadOnlyList<string> Env { get; set; } = [];
    public string Cwd { get; set; } = "/";
    public OciCapabilities? Capabilities { get; set; }
    public List<OciRlimit> Rlimits { get; } = [];
    public bool NoNewPrivileges { get; set; }
    public int? OomScoreAdj { get; set; }
}

internal sealed record OciUser(int Uid, int Gid);

internal sealed record OciCapabilities(
    IReadOnlyList<string> Bounding, IReadOnlyList<string> Effective, IReadOnlyList<string> Inheritable, IReadOnlyList<string> Permitted, IReadOnlyList<string> Ambient);

internal sealed record OciRlimit(string Type, long Hard, long Soft);

internal sealed class OciLinux
{
    public List<OciNamespace> Namespaces { get; } = [];
    public List<OciIdMapping> UidMappings { get; } = [];
    public List<OciIdMapping> GidMappings { get; } = [];
    public string CgroupsPath { get; set; } = "";
    public OciResources Resources { get; set; } = new();
    public List<string> MaskedPaths { get; } = [];
    public List<string> ReadonlyPaths { get; } = [];
    public OciSeccomp? Seccomp { get; set; }
}

internal sealed record OciNamespace(string Type, string? Path = null);

internal sealed record OciIdMapping(
    [property: JsonPropertyName("containerID")] int ContainerId, [property: JsonPropertyName("hostID")] int HostId, int Size);

internal sealed class OciResources
{
    public OciMemory? Memory { get; set; }
    public OciCpu? Cpu { get; set; }
    public OciPids? Pids { get; set; }
    public IReadOnlyList<OciDeviceRule> Devices { get; set; } = [];
}

internal sealed record OciMemory(long Limit, long? Swap);

internal sealed record OciCpu(long Shares);

internal sealed record OciPids(long Limit);

internal sealed record OciDeviceRule(bool Allow, string Access, string? Type = null, int? Major = null, int? Minor = null);

internal sealed record OciSeccomp(string DefaultAction, int DefaultErrnoRet, IReadOnlyList<string> Architectures, IReadOnlyList<OciSyscall> Syscalls);

internal sealed record OciSyscall(IReadOnlyList<string> Names, string Action, int? ErrnoRet = null, IReadOnlyList<OciSyscallArgument>? Args = null);

internal sealed record OciSyscallArgument(int Index, ulong Value, string Op, ulong? ValueTwo = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(OciSpec))]
internal sealed partial class OciJson : JsonSerializerContext;
