namespace Tatara.Protocol;

/// <summary>A message whose subject says it all: healthmanager.start, dea.locate, dea.status, router.greet. Readers ignore whatever its body is.</summary>
public sealed record EmptyMessage;
