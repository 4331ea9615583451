using Microsoft.Extensions.Hosting;

namespace Tatara.Router;

/// <summary>The program decides when its roles start and stop; a role hears no signals and prints no banner.</summary>
internal sealed class SilentLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
