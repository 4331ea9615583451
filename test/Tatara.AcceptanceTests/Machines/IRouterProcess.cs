using Tatara.Testing;

namespace Tatara.AcceptanceTests.Machines;

/// <summary>One of several routers behind a load balancer, which asks each how it is. Disposing of it leaves the machines as they were.</summary>
internal interface IRouterProcess : IAsyncDisposable
{
    /// <summary>The platform as it is seen through this router.</summary>
    Platform Platform { get; }

    /// <summary>Address and port of /healthz.</summary>
    string Status { get; }

    /// <summary>SIGTERM, until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    Task<int> DrainAsync();

    /// <summary>After <see cref="DrainAsync"/>.</summary>
    Task StartAsync();
}
