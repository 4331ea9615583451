using System.Text;
using Tatara.Router.AccessLog;

namespace Tatara.Router.Registry;

/// <summary>An endpoint's parts of request heads and log lines, as the bytes that are sent.</summary>
internal sealed class EndpointTexts
{
    public EndpointTexts(Endpoint endpoint)
    {
        var owner = endpoint.Owner;
        Fields = Encoding.ASCII.GetBytes(Field("X-CF-ApplicationID", owner.App) + Field("X-CF-InstanceID", endpoint.InstanceId) + Field("X-CF-InstanceIndex", endpoint.Index));
        Address = Encoding.ASCII.GetBytes(endpoint.Address.ToString());
        LogHead = AccessLogPage.HeadOf(owner.App ?? "", endpoint.Index ?? "0");
        LogEnd = Encoding.ASCII.GetBytes($" app_id:\"{owner.App ?? "-"}\" app_index:\"{endpoint.Index ?? "-"}\" instance_id:\"{owner.PrivateInstanceId ?? "-"}\"");
    }

    /// <summary>Field lines that tell an app which of its instances it is.</summary>
    public byte[] Fields { get; }

    public byte[] Address { get; }

    /// <summary>What its log lines begin with on the bus.</summary>
    public byte[] LogHead { get; }

    /// <summary>The ids in a log line.</summary>
    public byte[] LogEnd { get; }

    private static string Field(string name, string? value) => value is null ? "" : $"{name}: {value}\r\n";
}
