using Tatara.Dea.State;

namespace Tatara.Dea.Staging;

/// <summary>The stagings on disk: a directory each, with the record and all files it works on.</summary>
internal sealed class StagingStore
{
    private const string RecordFile = "staging.json";
    private readonly string _root;

    public StagingStore(DeaOptions options)
    {
        _root = Path.Combine(options.DataDirectory, "staging");
        Directory.CreateDirectory(_root);
    }

    /// <summary>A directory of its own for a staging.</summary>
    public string Create(StagingRecord record)
    {
        var directory = Directory.CreateDirectory(DirectoryOf(record.TaskId)).FullName;
        AtomicFile.Write(Path.Combine(directory, RecordFile), record, DeaJson.Default.StagingRecord);
        return directory;
    }

    /// <summary>The stagings that have a directory.</summary>
    public IReadOnlyList<string> Names() => [.. Directory.GetDirectories(_root).Select(d => Path.GetFileName(d))];

    public void Delete(string taskId)
    {
        var directory = DirectoryOf(taskId);
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    /// <summary>Removes all that an earlier run left and says what it was.</summary>
    public IReadOnlyList<StagingRecord> TakeUnfinished()
    {
        var unfinished = new List<StagingRecord>();
        foreach (var directory in Directory.GetDirectories(_root))
        {
            if (AtomicFile.Read(Path.Combine(directory, RecordFile), DeaJson.Default.StagingRecord) is { } record) unfinished.Add(record);
            Directory.Delete(directory, recursive: true);
        }
        return unfinished;
    }

    private string DirectoryOf(string taskId) => Path.Combine(_root, taskId);
}
