namespace Tatara.Up;

/// <summary>What tells one of a platform's routers from the others.</summary>
/// <param name="ServesTcp">Whether it listens on the ports of TCP routes: one router of a machine does.</param>
internal sealed record RouterPlace(string Name, int StatusPort, string StatusAddress, bool ServesTcp);
