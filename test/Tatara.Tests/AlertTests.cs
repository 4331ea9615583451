using System.Text.RegularExpressions;
using Tatara.Configuration;
using YamlDotNet.Serialization;

namespace Tatara.Tests;

/// <summary>The alerts in the documents are rules that Prometheus could read, about numbers that there are.</summary>
public sealed partial class AlertTests
{
    [Fact]
    public void Alerts_EachRule_IsWholeAndItsMetricsExist()
    {
        var file = new DeserializerBuilder().Build().Deserialize<Dictionary<string, List<Group>>>(File.ReadAllText(Path.Combine(Repository.Root, "docs", "alerts.yml")));
        var rules = file["groups"].Single().rules;
        var metrics = Metrics();

        metrics.Count.ShouldBeGreaterThan(30);
        rules.Count.ShouldBeGreaterThan(10);
        rules.Select(r => r.alert).ShouldBeUnique();
        foreach (var rule in rules)
        {
            rule.labels["severity"].ShouldBeOneOf("critical", "warning");
            rule.annotations["summary"].ShouldNotBeNullOrEmpty();
            rule.annotations["action"].ShouldNotBeNullOrEmpty();
            (rule.@for ?? "0s").ShouldMatch("^[0-9]+[smh]$");
            rule.expr.Count(c => c == '(').ShouldBe(rule.expr.Count(c => c == ')'), rule.alert);
            var named = Name().Matches(rule.expr).Select(m => m.Value).Where(n => n.StartsWith("tatara_", StringComparison.Ordinal)).ToList();
            (named.Count > 0 || rule.expr.StartsWith("up{", StringComparison.Ordinal)).ShouldBeTrue(rule.alert);
            named.Select(n => Regex.Replace(n, "_(bucket|sum|count)$", "")).Where(n => !metrics.Contains(n)).ShouldBeEmpty(rule.alert);
        }
    }

    /// <summary>Every name that some role writes.</summary>
    private static HashSet<string> Metrics() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(f => Written().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)),
    ];

    [GeneratedRegex("[a-z][a-z0-9_]+")]
    private static partial Regex Name();

    [GeneratedRegex("\"(tatara_[a-z0-9_]+)\"")]
    private static partial Regex Written();

    /// <summary>Named as in the file.</summary>
    private sealed class Group
    {
        public string name { get; set; } = "";
        public List<Rule> rules { get; set; } = [];
    }

    private sealed class Rule
    {
        public string alert { get; set; } = "";
        public string expr { get; set; } = "";
        public string? @for { get; set; }
        public Dictionary<string, string> labels { get; set; } = [];
        public Dictionary<string, string> annotations { get; set; } = [];
    }
}
