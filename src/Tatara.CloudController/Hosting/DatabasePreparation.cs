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

/// <summary>Brings the tables up to date. Hosted services start in the order in which they were added, and this is the first.</summary>
internal sealed class DatabasePreparation(DatabaseAddress address, TimeProvider time, ILogger<DatabasePreparation> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => CloudControllerDatabase.Migrator(address, time, logger).ApplyAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Writes the rows that must be there.</summary>
internal sealed class Seeding(IServiceScopeFactory scopes) : IHostedService
{
    /// <summary>Each time that another Cloud Controller was quicker with a row, the next look finds it: more tries than there are rows are for nothing.</summary>
    private const int MaxTries = 100;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await SeedAsync(cancellationToken);
                return;
            }
            catch (DbUpdateException e) when (e.IsUniqueViolation() && tries < MaxTries)
            {
                // Look again.
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task SeedAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var seed in scope.ServiceProvider.GetServices<ISeed>()) await seed.SeedAsync(cancellationToken);
    }
}
