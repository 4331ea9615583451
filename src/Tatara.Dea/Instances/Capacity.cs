using Tatara.Dea.Disk;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>Memory and disk in MB: promised, held by instances and stagings, free.</summary>
internal sealed class Capacity(DeaOptions options, FreeDisk disk, InstanceTable table)
{
    private long _stagingMemory;
    private long _stagingDisk;

    public long MaxMemory => (long)(options.MemoryMb * options.MemoryOvercommit);
    public long MaxDisk => (long)(options.DiskMb * options.DiskOvercommit);
    public long ReservedMemory => Held(l => l.Mem) + Interlocked.Read(ref _stagingMemory);
    public long ReservedDisk => Held(l => l.Disk) + Interlocked.Read(ref _stagingDisk);
    /// <summary>This DEA leaves: it takes nothing new.</summary>
    public bool IsDraining { get; set; }

    /// <summary>Why nothing new is taken, whatever is free; null: what fits is taken.</summary>
    public string? Refuses => IsDraining ? "draining" : disk.Shortage;

    public long FreeMemory => IsDraining ? 0 : Math.Max(0, MaxMemory - ReservedMemory);
    public long FreeDisk => IsDraining ? 0 : Math.Min(Math.Max(0, MaxDisk - ReservedDisk), disk.UsableMb);

    /// <summary>Instances of each app that are held here.</summary>
    public IReadOnlyDictionary<string, int> InstancesByApp() =>
        table.All.Where(i => i.HoldsResources).GroupBy(i => i.Start.Droplet).ToDictionary(g => g.Key, g => g.Count());

    /// <summary>Null when it fits; else what is missing.</summary>
    public string? WhatIsMissing(InstanceLimits wanted)
    {
        if (Refuses is { } reason) return reason;
        if (wanted.Mem > FreeMemory) return $"{wanted.Mem} MB of memory wanted, {FreeMemory} MB free";
        return wanted.Disk > FreeDisk ? $"{wanted.Disk} MB of disk wanted, {FreeDisk} MB free" : null;
    }

    /// <summary>Holds what a staging uses until it is disposed.</summary>
    public IDisposable HoldForStaging(InstanceLimits limits)
    {
        Interlocked.Add(ref _stagingMemory, limits.Mem);
        Interlocked.Add(ref _stagingDisk, limits.Disk);
        return new Hold(this, limits);
    }

    private long Held(Func<InstanceLimits, long> size) => table.All.Where(i => i.HoldsResources).Sum(i => size(i.Start.Limits));

    private sealed class Hold(Capacity capacity, InstanceLimits limits) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
            Interlocked.Add(ref capacity._stagingMemory, -limits.Mem);
            Interlocked.Add(ref capacity._stagingDisk, -limits.Disk);
        }
    }
}
