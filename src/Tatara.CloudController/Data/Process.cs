namespace Tatara.CloudController.Data;

/// <summary>One kind of instance of an app (web, worker …). The guid of the web process is the app's.</summary>
internal sealed class Process : LabelledEntity
{
    public required string AppGuid { get; set; }
    public required string Type { get; set; }

    /// <summary>Null: what the droplet says.</summary>
    public string? Command { get; set; }
    public int Instances { get; set; } = 1;
    public int MemoryMb { get; set; } = 1024;
    public int DiskMb { get; set; } = 1024;

    /// <summary>Bytes a second; -1 is unlimited.</summary>
    public long LogRateLimit { get; set; } = -1;

    /// <summary>port, http or process.</summary>
    public string HealthCheckType { get; set; } = "port";

    /// <summary>Seconds an instance may take to become healthy; null means the platform's default.</summary>
    public int? HealthCheckTimeout { get; set; }
    public int? HealthCheckInvocationTimeout { get; set; }
    public int? HealthCheckInterval { get; set; }
    public string? HealthCheckHttpEndpoint { get; set; }

    /// <summary>process (always ready), port or http.</summary>
    public string ReadinessHealthCheckType { get; set; } = "process";
    public int? ReadinessHealthCheckInvocationTimeout { get; set; }
    public int? ReadinessHealthCheckInterval { get; set; }
    public string? ReadinessHealthCheckHttpEndpoint { get; set; }

    /// <summary>Changes when running instances no longer are what is wanted; instances are compared by it.</summary>
    public string Version { get; set; } = NewGuid();

    /// <summary>The version that DEAs were last told to run; null: none. What really runs is the Health Manager's concern.</summary>
    public string? SentVersion { get; set; }

    /// <summary>How many instances of <see cref="SentVersion"/> they were told to run.</summary>
    public int SentInstances { get; set; }
}
