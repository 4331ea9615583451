using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Data;
using Tatara.Database;

namespace Tatara.CloudController.Hosting;

/// <summary>Rows that must be there before the first request: default quota, stack, domain, buildpacks.</summary>
internal interface ISeed
{
    Task SeedAsync(CancellationToken cancellationToken);
}

/// <summary>Brings the database up before anything uses it: hosted services start in the order in which they were added.</summary>
internal sealed class DatabasePreparation(IServiceScopeFactory scopes, DatabaseAddress address, TimeProvider time, ILogger<DatabasePreparation> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await CloudControllerDatabase.Migrator(address, time, logger).ApplyAsync(cancellationToken);
        try
        {
            await SeedAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            // Another Cloud Controller that starts at the same moment was first: the second look finds what it wrote.
            await SeedAsync(cancellationToken);
        }
    }

    private async Task SeedAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var seed in scope.ServiceProvider.GetServices<ISeed>()) await seed.SeedAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
