using Tatara.Dea.Staging;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Staging;

public sealed class AppJsonTests
{
    private static readonly StagingStartMessage Message = new(
        "app", "task", new StagingProperties([], [], new InstanceLimits(1, 1, 1)), "", "", "", "", [new AdminBuildpack("k1", "", "ruby_buildpack")]);

    [Theory]
    [InlineData("", "left out: it is no valid JSON")]
    [InlineData("{\"env\":", "left out: it is no valid JSON")]
    [InlineData("[]", "left out: it is no JSON object")]
    [InlineData("{\"env\":{\"A B\":\"x\"}}", "the variable 'A B' is left out: an app cannot set it")]
    [InlineData("{\"env\":{\"PORT\":\"1\"}}", "the variable 'PORT' is left out: an app cannot set it")]
    [InlineData("{\"env\":{\"A\":\"x\\u0000y\"}}", "the variable A is left out: it is one too many, too long or not text")]
    [InlineData("{\"formation\":{\"worker\":{\"quantity\":1000000}}}", "the formation of 'worker' is left out: its quantity is not a number from 0 to 20")]
    [InlineData("{\"formation\":{\"a b\":{\"quantity\":1}}}", "the formation of 'a b' is left out: its quantity is not a number from 0 to 20")]
    [InlineData("{\"buildpacks\":[{\"url\":\"file:///etc\"}]}", "its buildpacks are left out: 'file:///etc' is neither installed nor a URL of http, https or git")]
    [InlineData("{\"buildpacks\":[{\"url\":\"https://u:p@h/x y\"}]}", "its buildpacks are left out: 'https://***@h/x y' is neither installed nor a URL of http, https or git")]
    [InlineData("{\"buildpacks\":[{\"url\":\"heroku/cobol\"}]}", "its buildpacks are left out: 'heroku/cobol' is neither installed nor a URL of http, https or git")]
    public void Parse_WhatCannotBeUsed_IsLeftOutAndSaidSo(string text, string note)
    {
        var (found, notes) = AppJson.Parse(text, Message);

        (found.Environment.Count, found.Formation.Count, found.Buildpacks.Count).ShouldBe((0, 0, 0));
        notes.ShouldBe([note]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"expo\":{\"name\":\"of another tool\"},\"env\":[1],\"formation\":\"x\",\"buildpacks\":{}}")]
    [InlineData("{\"env\":{\"A\":{\"required\":false}},\"formation\":{\"worker\":{\"size\":\"x\"}}}")]
    public void Parse_NothingForUs_SaysNothing(string text) => AppJson.Parse(text, Message).Notes.ShouldBeEmpty();

    [Fact]
    public void Parse_DeeplyNested_IsNoValidJson() =>
        AppJson.Parse("{\"env\":" + new string('[', 50_000), Message).Notes.ShouldBe(["left out: it is no valid JSON"]);

    [Fact]
    public void Parse_NamesOfHeroku_MeanTheInstalledOnes() =>
        AppJson.Parse("{\"buildpacks\":[{\"url\":\"heroku/ruby\"},{\"url\":\"https://example.org/x.git#v1\"}]}", Message)
            .Found.Buildpacks.ShouldBe(["ruby_buildpack", "https://example.org/x.git#v1"]);
}
