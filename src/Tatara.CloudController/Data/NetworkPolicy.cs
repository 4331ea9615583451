namespace Tatara.CloudController.Data;

/// <summary>The instances of one app may reach those of another.</summary>
internal sealed class NetworkPolicy : Entity
{
    public required string SourceGuid { get; set; }
    public required string DestinationGuid { get; set; }

    /// <summary>tcp or udp.</summary>
    public required string Protocol { get; set; }

    public required int StartPort { get; set; }
    public required int EndPort { get; set; }
}
