using Microsoft.Extensions.Hosting;

namespace Tatara.Router.Tls;

/// <summary>Looks at the files of certificates now and then. Unlike inotify it also sees what changes on a file server, and misses nothing.</summary>
internal sealed class CertificateWatch(CertificateStore certificates, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) certificates.Refresh();
    }
}
