using Tatara.CloudController.Data;

namespace Tatara.CloudController.Processes;

/// <summary>Processes as they are when nobody has scaled or configured them.</summary>
internal static class ProcessFactory
{
    public const string Web = "web";

    public static Process Create(App app, string type, CloudControllerOptions options)
    {
        var process = new Process
        {
            AppGuid = app.Guid,
            Type = type,
            Instances = type == Web ? 1 : 0,
            MemoryMb = options.DefaultMemoryMb,
            DiskMb = options.DefaultDiskMb,
            HealthCheckType = type == Web ? "port" : "process",
        };
        if (type == Web) process.Guid = app.Guid;
        return process;
    }
}
