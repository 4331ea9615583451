using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Tatara.Database.Migrations;

/// <summary>One step from a schema to the next. Once released it is never changed.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="OldestProgram">The oldest program that still works on a database with this step: one that knows the step of this number.</param>
public sealed partial record Migration(int Number, string Name, string Sql, int OldestProgram)
{
    /// <summary>
    /// The steps among an assembly's embedded files: NNNN-name.sql for both engines, or NNNN-name.sqlite.sql and
    /// NNNN-name.postgresql.sql. A step that takes away what older programs use says so in its first line: -- oldest program: N
    /// </summary>
    public static IReadOnlyList<Migration> ReadAll(Assembly assembly, DatabaseEngine engine)
    {
        var own = engine == DatabaseEngine.Sqlite ? "sqlite" : "postgresql";
        var found = assembly.GetManifestResourceNames()
            .Select(resource => (Resource: resource, Match: FileName().Match(resource)))
            .Where(f => f.Match.Success && (!f.Match.Groups["engine"].Success || f.Match.Groups["engine"].Value == own))
            .Select(f => Read(assembly, f.Resource, f.Match))
            .OrderBy(m => m.Number)
            .ToList();
        for (var i = 0; i < found.Count; i++)
            if (found[i].Number != i + 1) throw new InvalidOperationException($"Migration {i + 1} is missing or there twice: {found[i].Name} comes instead.");
        return found;
    }

    private static Migration Read(Assembly assembly, string resource, Match name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        var sql = reader.ReadToEnd();
        var oldest = OldestProgramLine().Match(sql);
        return new Migration(
            Int(name.Groups["number"]), name.Groups["name"].Value, sql, oldest.Success ? Int(oldest.Groups[1]) : 1);
    }

    private static int Int(Group group) => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<number>\d{4})-(?<name>[a-z0-9-]+)(\.(?<engine>sqlite|postgresql))?\.sql$")]
    private static partial Regex FileName();

    [GeneratedRegex(@"\A-- oldest program: (\d+)\s*$", RegexOptions.Multiline)]
    private static partial Regex OldestProgramLine();
}
