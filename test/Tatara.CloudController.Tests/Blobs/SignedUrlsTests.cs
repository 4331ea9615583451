using System.Web;
using Tatara.CloudController.Blobs;
using Tatara.Testing;

namespace Tatara.CloudController.Tests.Blobs;

public sealed class SignedUrlsTests
{
    private const string Path = "/internal/blobs/packages/4711";

    private readonly ManualTimeProvider _time = new();
    private readonly SignedUrls _urls;

    public SignedUrlsTests() => _urls = new SignedUrls(new string('k', 32), () => new Uri("http://10.0.0.1:9022"), _time);

    [Fact]
    public void Create_Always_LeadsToTheInternalAddress() =>
        _urls.Create("GET", Path, TimeSpan.FromMinutes(1)).ShouldStartWith("http://10.0.0.1:9022/internal/blobs/packages/4711?expires=");

    [Fact]
    public void IsValid_AsSigned_True() => IsValid("GET", Path, Sign()).ShouldBeTrue();

    [Fact]
    public void IsValid_OtherMethod_False() => IsValid("POST", Path, Sign()).ShouldBeFalse();

    [Fact]
    public void IsValid_OtherPath_False() => IsValid("GET", Path + "1", Sign()).ShouldBeFalse();

    [Fact]
    public void IsValid_Expired_False()
    {
        var signed = Sign();

        _time.Advance(TimeSpan.FromSeconds(61));

        IsValid("GET", Path, signed).ShouldBeFalse();
    }

    [Fact]
    public void IsValid_ExpiryChanged_False()
    {
        var (expires, signature) = Sign();

        IsValid("GET", Path, (expires + "0", signature)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", "")]
    [InlineData("-1", "00")]
    [InlineData("99999999999999999999", "00")]
    [InlineData("1767225660", "zz")]
    public void IsValid_Garbage_False(string? expires, string? signature) => IsValid("GET", Path, (expires, signature)).ShouldBeFalse();

    [Fact]
    public void IsValid_OtherKey_False()
    {
        var others = new SignedUrls(new string('x', 32), () => new Uri("http://10.0.0.1"), _time);

        IsValid("GET", Path, Parse(others.Create("GET", Path, TimeSpan.FromMinutes(1)))).ShouldBeFalse();
    }

    private bool IsValid(string method, string path, (string? Expires, string? Signature) q) => _urls.IsValid(method, path, q.Expires, q.Signature);

    private (string? Expires, string? Signature) Sign() => Parse(_urls.Create("GET", Path, TimeSpan.FromMinutes(1)));

    private static (string?, string?) Parse(string url)
    {
        var query = HttpUtility.ParseQueryString(new Uri(url).Query);
        return (query["expires"], query["signature"]);
    }
}
