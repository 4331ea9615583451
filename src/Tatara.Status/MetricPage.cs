using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tatara.Status;

/// <summary>Numbers with their names: written in Prometheus' text format (version 0.0.4), or as JSON.</summary>
public sealed class MetricPage
{
    /// <summary>Of the text.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Only goes up.</summary>
    public const string Counter = "counter";

    /// <summary>Goes up and down.</summary>
    public const string Gauge = "gauge";

    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, double> _numbers = new(StringComparer.Ordinal);

    /// <summary>Begins a metric; its samples follow.</summary>
    public void Family(string name, string type, string help) =>
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    /// <summary>One number of the metric that was begun.</summary>
    public void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var begin = _text.Length;
        _text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"");
            foreach (var c in labels[i].Value) _ = c switch { '\\' => _text.Append(@"\\"), '"' => _text.Append("\\\""), '\n' => _text.Append("\\n"), _ => _text.Append(c) };
            _text.Append('"');
        }
        if (labels.Length > 0) _text.Append('}');
        _numbers[_text.ToString(begin, _text.Length - begin)] = value;
        _text.Append(CultureInfo.InvariantCulture, $" {value}\n");
    }

    /// <summary>A metric of one number.</summary>
    public void Number(string name, string type, string help, double value)
    {
        Family(name, type, help);
        Sample(name, value);
    }

    /// <summary>A metric of how long something took.</summary>
    public void Durations(string name, string help, DurationHistogram durations)
    {
        Family(name, "histogram", help);
        var cumulated = durations.Cumulated().ToList();
        for (var i = 0; i < durations.Bounds.Count; i++)
            Sample(name + "_bucket", cumulated[i], ("le", durations.Bounds[i].ToString(CultureInfo.InvariantCulture)));
        Sample(name + "_bucket", cumulated[^1], ("le", "+Inf"));
        Sample(name + "_sum", durations.SumSeconds);
        Sample(name + "_count", cumulated[^1]);
    }

    /// <summary>The numbers as members of an object that has been begun.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        foreach (var (name, value) in _numbers) json.WriteNumber(name, double.IsFinite(value) ? value : 0);
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
