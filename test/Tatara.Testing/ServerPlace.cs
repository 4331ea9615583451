namespace Tatara.Testing;

/// <summary>Where a server runs that other hosts reach.</summary>
/// <param name="Enter">Arguments of nsenter that lead there.</param>
/// <param name="Address">Where it listens.</param>
public sealed record ServerPlace(IReadOnlyList<string> Enter, string Address);
