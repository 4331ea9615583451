namespace Tatara.Router.Metrics;

/// <summary>Requests by the class of their answer's status.</summary>
internal sealed class StatusCounters
{
    /// <summary>What they are called, in their order. The first stands for clients that left before there was an answer.</summary>
    public static readonly string[] Classes = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];

    private readonly StripedCounters _counters = new(Classes.Length);

    public void Count(int status) => _counters.Add(status is >= 100 and < 600 ? status / 100 : 0, 1);

    public long Read(int @class) => _counters.Read(@class);
}
