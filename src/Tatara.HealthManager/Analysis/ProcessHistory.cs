namespace Tatara.HealthManager.Analysis;

/// <summary>What happened to a process in one version, index by index.</summary>
internal sealed class ProcessHistory
{
    private IndexHistory[] _indices = [];

    /// <summary>Cloud Controller's mark of the latest change that is known.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    public DateTimeOffset LastCrash { get; private set; }

    public IndexHistory this[int index]
    {
        get => index < _indices.Length ? _indices[index] : default;
        set
        {
            if (index >= _indices.Length) Array.Resize(ref _indices, index + 1);
            _indices[index] = value;
            if (value.LastCrash > LastCrash) LastCrash = value.LastCrash;
        }
    }

    /// <summary>Every index that crashed lately.</summary>
    public IEnumerable<(int Index, IndexHistory History)> Crashed => _indices.Index().Where(i => i.Item.Crashes > 0);
}
