namespace Tatara.Peers;

/// <summary>Who a process is to the other parts of its platform, and whom it believes. Files that change are read again.</summary>
/// <param name="Authority">PEM: the one authority that vouches for parts of the platform.</param>
/// <param name="Certificate">PEM: this part's certificate, good for both ends of a connection.</param>
/// <param name="Key">PEM: its private key.</param>
/// <param name="Members">JSON: who belongs to the platform now. A certificate of somebody else is refused however long it lives.</param>
public sealed record PeerFiles(string Authority, string Certificate, string Key, string Members);
