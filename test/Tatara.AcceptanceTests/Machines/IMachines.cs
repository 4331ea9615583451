using Tatara.Testing;

namespace Tatara.AcceptanceTests.Machines;

/// <summary>What a platform runs on, in the hands of those who operate it and those who break it.</summary>
internal interface IMachines : IAsyncDisposable
{
    /// <summary>The platform as its users see it through each of its routers. A router prefers the instances of its zone.</summary>
    IReadOnlyList<Platform> Routers { get; }

    /// <summary>The DEAs' names.</summary>
    IReadOnlyList<string> Deas { get; }

    /// <summary>Ports that TCP routes may have.</summary>
    (int First, int Last) TcpPorts { get; }

    /// <summary>Runs a command of the platform's program where the platform was founded.</summary>
    Task<(int ExitCode, string Output)> OperateAsync(params string[] command);

    /// <summary>Runs a command of the platform's program at each router.</summary>
    /// <returns>What it printed at the last one.</returns>
    Task<string> OperateRoutersAsync(params string[] command);

    /// <summary>Two routers, or more, that a load balancer may choose from.</summary>
    Task<IReadOnlyList<IRouterProcess>> BalancedRoutersAsync();

    /// <summary>kill -9 of every process of the platform; apps and their monitors run on.</summary>
    Task KillAsync();

    /// <summary>After <see cref="KillAsync"/>, until all is ready.</summary>
    Task StartAgainAsync();

    /// <summary>A DEA and everything it runs are gone, and nobody is told.</summary>
    Task PowerOffAsync(string dea);

    /// <summary>A DEA that ended or was powered off comes back.</summary>
    Task StartAsync(string dea);

    /// <summary>Where a DEA keeps what survives it.</summary>
    string FolderOf(string dea);
}
