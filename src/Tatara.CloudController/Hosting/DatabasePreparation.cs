using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Hosting;

/// <summary>Rows that must be there before the first request: default quota, stack, domain, buildpacks.</summary>
internal interface ISeed
{
    Task SeedAsync(CancellationToken cancellationToken);
}

/// <summary>Brings the database up before anything uses it: hosted services start in the order in which they were added.</summary>
internal sealed class DatabasePreparation(IServiceScopeFactory scopes) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await Database.PrepareAsync(scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>(), cancellationToken);
        foreach (var seed in scope.ServiceProvider.GetServices<ISeed>()) await seed.SeedAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
