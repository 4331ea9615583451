using System.Globalization;
using System.Text.Json;

namespace Tatara.Bench;

/// <summary>What a benchmark found: medians with their samples for a person, or one JSON object.</summary>
internal sealed class Report(string bench, bool json)
{
    private readonly SortedDictionary<string, double> _figures = new(StringComparer.Ordinal);

    /// <summary>Says what is going on, to a person only.</summary>
    public static void Say(string text) => Console.Error.WriteLine(text);

    /// <summary>A figure is the median of its samples.</summary>
    public void Add(string name, IReadOnlyCollection<double> samples)
    {
        var median = Median(samples);
        _figures[name] = Math.Round(median, 3);
        Say(string.Create(CultureInfo.InvariantCulture, $"  {name}: median {median:0.###} of {string.Join(' ', samples.Select(s => s.ToString("0.###", CultureInfo.InvariantCulture)))}"));
    }

    public static double Median(IReadOnlyCollection<double> samples)
    {
        var sorted = samples.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    public void Print()
    {
        if (json) Console.WriteLine(JsonSerializer.Serialize(new { bench, figures = _figures }));
        else foreach (var (name, value) in _figures) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-24} {value:0.###}"));
    }
}
