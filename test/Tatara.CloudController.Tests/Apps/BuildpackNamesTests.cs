using Tatara.CloudController.Apps;

namespace Tatara.CloudController.Tests.Apps;

public sealed class BuildpackNamesTests
{
    [Theory]
    [InlineData("https://github.com/a/b.git#v1", true)]
    [InlineData("http://user:p%40ss@host:8080/x.zip?a=b", true)]
    [InlineData("git://host/x", true)]
    [InlineData("ruby_buildpack", false)]
    [InlineData("git@github.com:a/b.git", false)]
    [InlineData("ssh://git@host/x", false)]
    [InlineData("file:///etc", false)]
    [InlineData("https://host/a b", false)]
    [InlineData("https://host/a\nb", false)]
    public void IsUrl_Various(string text, bool isUrl) => BuildpackNames.IsUrl(text).ShouldBe(isUrl);

    [Theory]
    [InlineData("https://github.com/a/b.git#v1", "https://github.com/a/b.git#v1")]
    [InlineData("https://host/a@b", "https://host/a@b")]
    [InlineData("https://user:secret@host/x", "https://***:***@host/x")]
    [InlineData("https://user:sec@ret@host/x", "https://***:***@host/x")]
    [InlineData("https://us%20er:se%63ret@host/x#y", "https://***:***@host/x#y")]
    [InlineData("https://secret@host/x", "https://***:***@host/x")]
    [InlineData("https://host/x.zip?signature=secret#y", "https://host/x.zip?***#y")]
    [InlineData("https://user:sec/ret@host/x", "https://***:***@host/x")]
    [InlineData("ruby_buildpack", "ruby_buildpack")]
    public void HideCredentials_Various(string text, string shown) => BuildpackNames.HideCredentials(text).ShouldBe(shown);
}
