using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Tatara.CloudController.Blobs.S3;

/// <summary>Speaks to the store, with bounded patience, and says in this platform's words what went wrong.</summary>
internal sealed class S3Connection : IDisposable
{
    /// <summary>After the first try, for what is worth it: broken connections, 5xx, "slow down".</summary>
    private const int Retries = 2;

    /// <summary>A part takes its time on a slow line; a store that copies or joins gigabytes does, too.</summary>
    private const int TransferFactor = 4, LongFactor = 15;

    private readonly S3Options _options;

    public S3Connection(S3Options options, Uri endpoint)
    {
        _options = options;
        Client = new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), new AmazonS3Config
        {
            ServiceURL = endpoint.AbsoluteUri,
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.PathStyle,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = Retries,
            Timeout = options.Patience * LongFactor, // Each kind of request has its own, shorter one: see below.
            HttpClientFactory = new DirectHttpClients(),
            // Checksums in trailers are Amazon's; what is sent is signed with its SHA-256 anyway.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
    }

    public AmazonS3Client Client { get; }

    /// <summary>For what the store answers at once.</summary>
    public Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken) => RunAsync(request, 1, cancellationToken);

    /// <summary>For what sends a buffer of content.</summary>
    public Task<T> SendAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken) => RunAsync(request, TransferFactor, cancellationToken);

    /// <summary>For what makes the store read and write whole blobs.</summary>
    public Task<T> WorkAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken) => RunAsync(request, LongFactor, cancellationToken);

    public BlobstoreUnavailableException Unavailable(string reason, Exception inner) => new($"The blobstore {_options.Name} is not available: {reason}", inner);

    public static bool IsMissing(AmazonS3Exception e) => e.StatusCode == System.Net.HttpStatusCode.NotFound && e.ErrorCode is not "NoSuchBucket";

    /// <summary>A URL that works for as long as stated, for whoever holds it.</summary>
    public Uri Sign(string name, DateTimeOffset until, string? fileName = null)
    {
        var request = new GetPreSignedUrlRequest
        {
            BucketName = _options.Bucket,
            Key = name,
            Verb = HttpVerb.GET,
            Expires = until.UtcDateTime,
            Protocol = Client.Config.ServiceURL.StartsWith("http:", StringComparison.Ordinal) ? Amazon.S3.Protocol.HTTP : Amazon.S3.Protocol.HTTPS,
        };
        if (fileName is not null) request.ResponseHeaderOverrides.ContentDisposition = $"attachment; filename=\"{fileName}\"";
        return new Uri(Client.GetPreSignedURL(request));
    }

    public void Dispose() => Client.Dispose();

    private async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> request, int patienceFactor, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_options.Patience * patienceFactor);
        try
        {
            return await request(patience.Token);
        }
        catch (AmazonS3Exception e) when (IsMissing(e))
        {
            throw;
        }
        catch (AmazonServiceException e) when (e.ErrorCode is { Length: > 0 } code)
        {
            throw Unavailable($"it answers {(int)e.StatusCode} {code}.", e);
        }
        catch (Exception e) when (e is AmazonClientException or HttpRequestException or IOException or TimeoutException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unavailable(e is OperationCanceledException ? "it does not answer in time." : e.GetBaseException().Message, e);
        }
    }

    /// <summary>Straight connections, as DEAs have them to the same store.</summary>
    private sealed class DirectHttpClients : HttpClientFactory
    {
        private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(5);

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = s_connect,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}
