using Tatara.Cli.CommandLine;
using Tatara.Cli.Commands;

namespace Tatara.Cli.Tests.CommandLine;

public sealed class CommandParserTests
{
    [Theory]
    [InlineData("push", "-b a -b b -i3 -m=64M app -u http --endpoint /x --no-start")]
    [InlineData("push", "app -rf=x", "unknown flag `rf'")]
    [InlineData("push", "app --bogus", "unknown flag `bogus'")]
    [InlineData("push", "--bogus", "unknown flag `bogus'")]
    [InlineData("push", "app other", "unexpected argument \"other\"")]
    [InlineData("push", "app -m", "expected argument for flag `-m, --memory'")]
    [InlineData("push", "app -m 1G -m 2G", "flag `-m, --memory' was given more than once")]
    [InlineData("delete", "-rf app")]
    [InlineData("delete", "", "the required argument `APP_NAME` was not provided")]
    [InlineData("set-env", "app", "the required arguments `ENV_VAR_NAME` and `ENV_VAR_VALUE` were not provided")]
    [InlineData("set-env", "app NAME -5")]
    [InlineData("set-env", "app NAME --value=x")]
    [InlineData("set-env", "app -x y", "unknown flag `x'")]
    [InlineData("curl", "/v3/info -d @file -H A:b -H C:d -X PUT -i")]
    [InlineData("scale", "app -i 3 -v")]
    public void Parse_Words_AreTakenOrRefusedInOneSentence(string name, string words, string? mistake = null)
    {
        var parse = () => CommandParser.Parse(CommandList.TryMake(name)!, words.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        if (mistake is null) parse().WantsHelp.ShouldBeFalse();
        else Should.Throw<UsageException>(() => { parse(); }).Message.ShouldBe("Incorrect Usage: " + mistake);
    }

    [Fact]
    public void Parse_HelpAmongMistakes_WantsHelp() =>
        CommandParser.Parse(new ScaleCommand(), ["--bogus", "-h"]).WantsHelp.ShouldBeTrue();

    [Fact]
    public void CommandList_NamesAndAliases_AreTheCommandsOwn()
    {
        foreach (var name in CommandList.Names)
        {
            var command = CommandList.TryMake(name)!;
            command.Name.ShouldBe(name);
            if (command.Alias is { } alias) CommandList.TryMake(alias)!.Name.ShouldBe(name);
        }
    }

    [Theory]
    [InlineData("pusj", "push")]
    [InlineData("map-rout", "map-route")]
    public void Suggestions_Mistyped_FindsTheName(string typed, string meant) => Suggestions.For(typed, CommandList.Names)[0].ShouldBe(meant);
}
