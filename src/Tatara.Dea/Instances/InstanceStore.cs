using Tatara.Dea.State;

namespace Tatara.Dea.Instances;

/// <summary>The instances on disk: a directory each, named by the instance's guid.</summary>
internal sealed class InstanceStore
{
    private const string RecordFile = "instance.json";
    private readonly string _root;

    public InstanceStore(DeaOptions options)
    {
        _root = Path.Combine(options.DataDirectory, "instances");
        Directory.CreateDirectory(_root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Where an instance's files are.</summary>
    public string DirectoryOf(string guid) => Path.Combine(_root, guid);

    /// <summary>The instances that have a directory.</summary>
    public IReadOnlyList<string> Names() => [.. Directory.GetDirectories(_root).Select(d => Path.GetFileName(d))];

    public void Save(InstanceRecord record)
    {
        var directory = Directory.CreateDirectory(DirectoryOf(record.Guid)).FullName;
        AtomicFile.Write(Path.Combine(directory, RecordFile), record, DeaJson.Default.InstanceRecord);
    }

    public void Delete(string guid)
    {
        var directory = DirectoryOf(guid);
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    /// <summary>All records that an earlier run left. A directory without a readable one is removed: its instance never came to anything.</summary>
    public IReadOnlyList<InstanceRecord> LoadAll()
    {
        var records = new List<InstanceRecord>();
        foreach (var directory in Directory.GetDirectories(_root))
        {
            var record = AtomicFile.Read(Path.Combine(directory, RecordFile), DeaJson.Default.InstanceRecord);
            if (record is not null && record.Guid == Path.GetFileName(directory)) records.Add(record);
            else Directory.Delete(directory, recursive: true);
        }
        return records;
    }
}
