using Tatara.Cli.Tracing;

namespace Tatara.Cli.Tests.Tracing;

public sealed class RedactionTests
{
    [Fact]
    public void Json_Secrets_AreHiddenAtEveryDepth()
    {
        var clean = Redaction.Json("""{"access_token":"abc","list":[{"clientSecret":"def","Password":{"x":"ghi"}}],"url":"https://me:jkl@host/x?password=mno&a=b","name":"dora"}""");

        foreach (var secret in new[] { "abc", "def", "ghi", "jkl", "mno" }) clean.ShouldNotContain(secret);
        clean.ShouldContain("dora");
        clean.ShouldContain("a=b");
    }

    [Fact]
    public void Json_NotJson_IsLeftAlone() => Redaction.Json("<html>").ShouldBe("<html>");

    [Fact]
    public void Form_PasswordGrant_KeepsOnlyTheHarmless() =>
        Redaction.Form("grant_type=password&username=admin&password=s%26x&refresh_token=y&client_secret=z")
            .ShouldBe($"grant_type=password&username=admin&password={Redaction.Hidden}&refresh_token={Redaction.Hidden}&client_secret={Redaction.Hidden}");

    [Theory]
    [InlineData("Authorization")]
    [InlineData("authorization")]
    [InlineData("Set-Cookie")]
    public void Header_Secret_IsHidden(string name) => Redaction.Header(name, "bearer x").ShouldBe(Redaction.Hidden);

    [Fact]
    public void Header_LocationWithCode_HidesTheCode() =>
        Redaction.Header("Location", "https://uaa/cb?code=abc&state=1").ShouldBe($"https://uaa/cb?code={Redaction.Hidden}&state=1");
}
