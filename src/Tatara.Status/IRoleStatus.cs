using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace Tatara.Status;

/// <summary>What a role has to say of itself. Asked seldom, by several at once perhaps.</summary>
public interface IRoleStatus
{
    /// <summary>Why it cannot do its work at this moment; null: it can. The bus is looked at already, for those that need it.</summary>
    Task<string?> FindProblemAsync(CancellationToken cancellationToken);

    /// <summary>Writes its numbers. What cannot be had now is left out.</summary>
    Task CollectAsync(MetricPage page, CancellationToken cancellationToken);

    /// <summary>Names of other members that it heard of lately, by which one that is gone is missed.</summary>
    IReadOnlyList<string> Neighbours => [];

    /// <summary>Whether it cannot do its work while the bus is away.</summary>
    bool NeedsBus => true;

    /// <summary>Pages of its own on the status port, by their path. Whoever asks for them has shown the password.</summary>
    IReadOnlyDictionary<string, RequestDelegate> Pages => FrozenDictionary<string, RequestDelegate>.Empty;
}
