using System.Text.Json;

namespace Tatara.Containers.Networks;

/// <summary>What makes a tunnel's interface the right one.</summary>
/// <param name="Local">This host's address.</param>
/// <param name="Own">Its address inside: what errors to containers of other hosts come from. Any other would be refused there.</param>
/// <param name="Port">UDP, of all hosts.</param>
/// <param name="Mtu">Size of the largest packet inside.</param>
internal sealed record TunnelLink(string Local, string Own, int Port, int Mtu)
{
    /// <summary>Platforms on one network differ by their ports.</summary>
    public const int NetworkId = 1;

    /// <summary>As `ip -json -details address` shows it; null when it is unlike any that this version makes.</summary>
    public static TunnelLink? Read(JsonElement link)
    {
        var data = link.GetProperty("linkinfo").GetProperty("info_data");
        return data.GetProperty("id").GetInt32() == NetworkId && !data.GetProperty("learning").GetBoolean()
            && data.TryGetProperty("local", out var local) && link.GetProperty("flags").EnumerateArray().Any(flag => flag.GetString() == "UP")
            && link.GetProperty("addr_info").EnumerateArray().ToList() is [var own]
            ? new TunnelLink(local.GetString()!, own.GetProperty("local").GetString()!, data.GetProperty("port").GetInt32(), link.GetProperty("mtu").GetInt32()) : null;
    }
}
