using Tatara.CloudController.Blobs.S3;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Tatara.Configuration;

/// <summary>The file that --blobstore names: a bucket and who may use it.</summary>
internal sealed class BlobstoreFile
{
    private const string Sample = "It has lines like endpoint: https://s3.example.com, bucket: tatara, access_key: …, secret_key: …; docs/operations.md shows all.";

    /// <summary>Anyone but the owner.</summary>
    private const UnixFileMode Others = (UnixFileMode)0x3F; // 077

    public string? Endpoint { get; set; }
    public string? Region { get; set; }
    public string? Bucket { get; set; }
    public string? Prefix { get; set; }
    public bool PathStyle { get; set; }
    public string? AccessKey { get; set; }
    public string? SecretKey { get; set; }
    public string? PublicEndpoint { get; set; }
    public string? Downloads { get; set; }

    /// <exception cref="SetupException">It names no bucket, or too many may read it. What is in it is not repeated.</exception>
    public static S3Options Read(string path)
    {
        if (!File.Exists(path)) throw new SetupException($"There is no file {path}.", "--blobstore names a file that says where the bucket is. " + Sample);
        if ((File.GetUnixFileMode(path) & Others) != 0) throw new SetupException($"{path} holds a secret, and others than its owner may read or change it.", $"chmod 600 {path}");
        try
        {
            var file = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).WithDuplicateKeyChecking().Build()
                .Deserialize<BlobstoreFile?>(File.ReadAllText(path)) ?? throw new ArgumentException("It is empty.");
            return file.ToOptions();
        }
        catch (YamlException e)
        {
            throw new SetupException($"{path}, line {e.Start.Line}, is not understood.", Sample);
        }
        catch (ArgumentException e)
        {
            throw new SetupException($"{path} names no bucket that can be used. {e.Message}", Sample);
        }
    }

    private S3Options ToOptions()
    {
        var options = new S3Options
        {
            Endpoint = UriOf(Endpoint ?? throw new ArgumentException("The endpoint is missing."), "endpoint"),
            Bucket = Bucket ?? "",
            Prefix = Prefix ?? "",
            PathStyle = PathStyle,
            AccessKey = AccessKey ?? "",
            SecretKey = SecretKey ?? "",
            PublicEndpoint = PublicEndpoint is null ? null : UriOf(PublicEndpoint, "public_endpoint"),
            RedirectDownloads = Downloads switch
            {
                null or "redirect" => true,
                "through-api" => false,
                _ => throw new ArgumentException("The downloads are redirect or through-api."),
            },
        };
        if (Region is not null) options = options with { Region = Region };
        options.Validate();
        return options;
    }

    private static Uri UriOf(string text, string name) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : throw new ArgumentException($"The {name} is no address.");
}
