using System.Text.Json.Nodes;
using Tatara.Cli.Tests.Foundry;

namespace Tatara.Cli.Tests.Driving;

public sealed class LoginTests
{
    [Fact]
    public async Task Login_EverythingGiven_TargetsAndKeepsTheLogin()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = new Cf();

        var result = await cf.RunAsync("login", "-a", foundry.Address, "-u", "admin", "-p", FakeFoundry.Password, "-o", "acme", "-s", "dev");

        result.ShouldSucceed().Output.ShouldBe($"""
            API endpoint: {foundry.Address}

            
            Authenticating...
            OK

            Targeted org acme.

            Targeted space dev.

            API endpoint:   {foundry.Address}
            API version:    3.180.0
            user:           admin
            org:            acme
            space:          dev

            """.Replace("            \n", "\n", StringComparison.Ordinal));
        cf.Config["AccessToken"]!.GetValue<string>().ShouldBe($"bearer {foundry.LastToken}");
        cf.Config["SpaceFields"]!["GUID"]!.GetValue<string>().ShouldBe("s-1");
        File.GetUnixFileMode(cf.ConfigPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Login_WrongPasswordThreeTimes_GivesUpAndKeepsNothing()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = new Cf();

        var result = await cf.AnswerAsync("bad\nworse\n", "login", "-a", foundry.Address, "-u", "admin", "-p", "wrong");

        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldContain("Credentials were rejected, please try again.");
        result.Errors.ShouldContain("Unable to authenticate.");
        result.Output.ShouldContain("Not logged in. Use 'cf login' or 'cf login --sso' to log in.");
        foundry.Requests.Count(request => request.StartsWith("POST /oauth/token", StringComparison.Ordinal)).ShouldBe(3);
        cf.Config["AccessToken"]!.GetValue<string>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Login_SeveralSpaces_AsksAndTakesANumber()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);
        (await cf.RunAsync("create-space", "prod")).ShouldSucceed();

        var result = await cf.AnswerAsync($"admin\n{FakeFoundry.Password}\n9\n2\n", "login");

        result.ShouldSucceed().Output.ShouldContain("Select a space:\n1. dev\n2. prod\n");
        cf.Config["SpaceFields"]!["Name"]!.GetValue<string>().ShouldBe("prod");
    }

    [Fact]
    public async Task Login_InputEnds_Fails()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = new Cf();

        (await cf.RunAsync("login", "-a", foundry.Address)).ShouldFail("No answer to 'Email': standard input has ended.");
    }

    [Theory]
    [InlineData("admin", "wrong", "Credentials were rejected, please try again.")]
    [InlineData("admin", null, "Incorrect Usage: Password not provided.")]
    public async Task Auth_Bad_Fails(string user, string? password, string message)
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);

        (await cf.RunAsync(password is null ? ["auth", user] : ["auth", user, password])).ShouldFail(message);
    }

    [Fact]
    public async Task Auth_FromEnvironment_KeepsForeignFields()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);
        cf.Set("CF_USERNAME", "admin");
        cf.Set("CF_PASSWORD", FakeFoundry.Password);

        (await cf.RunAsync("auth")).ShouldSucceed().Output.ShouldContain("Authenticating...\nOK\n");

        cf.Config["SomethingOfTheOfficialCli"]!.GetValue<int>().ShouldBe(42);
        cf.Config["OrganizationFields"]!["GUID"]!.GetValue<string>().ShouldBeEmpty();
    }

    [Fact]
    public async Task AnyCommand_TokenAboutToExpire_IsRenewedAndKept()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        foundry.TokenLife = TimeSpan.FromSeconds(5);
        using var cf = Cf.At(foundry);
        foundry.TokenLife = TimeSpan.FromHours(1);

        (await cf.RunAsync("orgs")).ShouldSucceed().Output.ShouldContain("acme");

        foundry.Requests.First().ShouldStartWith("POST /oauth/token");
        cf.Config["AccessToken"]!.GetValue<string>().ShouldBe($"bearer {foundry.LastToken}");
    }

    [Fact]
    public async Task AnyCommand_ServerRejectsToken_RenewsOnceAndGoesOn()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);
        foundry.OnlyToken = "another";

        (await cf.RunAsync("orgs")).ShouldSucceed().Output.ShouldContain("acme");
    }

    [Fact]
    public async Task AnyCommand_RefreshTokenNoLongerGood_SaysToLogInAgain()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);
        foundry.OnlyToken = "another";
        foundry.IsRefreshRefused = true;

        (await cf.RunAsync("orgs")).ShouldFail("The token expired, was revoked, or the token ID is incorrect. Please log back in to re-authenticate.");
    }

    [Fact]
    public async Task Target_UnknownSpace_ForgetsTheOldOne()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);

        (await cf.RunAsync("target", "-s", "nowhere")).ShouldFail("Space 'nowhere' not found.");

        (await cf.RunAsync("apps")).ShouldFail("No space targeted, use 'cf target -s SPACE' to target a space.");
    }

    [Fact]
    public async Task Target_Org_TakesItsOnlySpace()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);

        (await cf.RunAsync("t", "-o", "acme")).ShouldSucceed().Output.ShouldBe($"""
            API endpoint:   {foundry.Address}
            API version:    3.180.0
            user:           admin
            org:            acme
            space:          dev

            """);
    }

    [Fact]
    public async Task Logout_Always_ForgetsTokensAndTarget()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);

        (await cf.RunAsync("logout")).ShouldSucceed().Output.ShouldStartWith("Logging out admin...\nOK\n");

        (await cf.RunAsync("orgs")).ShouldFail("Not logged in. Use 'cf login' or 'cf login --sso' to log in.");
    }

    [Theory]
    [InlineData("{ broken")]
    [InlineData("[]")]
    public async Task AnyCommand_BrokenConfiguration_SaysWhichFile(string content)
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);
        await File.WriteAllTextAsync(cf.ConfigPath, content);

        (await cf.RunAsync("orgs")).ShouldFail($"The configuration file '{cf.ConfigPath}' cannot be read");
    }

    [Fact]
    public async Task CreateOrg_Taken_IsNoFailure()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);

        (await cf.RunAsync("create-org", "acme")).ShouldSucceed().Output
            .ShouldBe("Creating org acme as admin...\nOrganization 'acme' already exists.\nOK\n\n");
    }

    [Fact]
    public async Task CreateSpace_New_GivesRoles()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);

        (await cf.RunAsync("create-space", "prod")).ShouldSucceed().Output
            .ShouldContain("Assigning role SpaceDeveloper to user admin in org acme / space prod as admin...\nOK\n");

        foundry.Requests.Count(request => request == "POST /v3/roles").ShouldBe(3);
    }

    [Fact]
    public async Task DeleteSpace_Targeted_ForgetsIt()
    {
        await using var foundry = await FakeFoundry.StartAsync();
        using var cf = Cf.At(foundry);

        (await cf.RunAsync("delete-space", "dev", "-f")).ShouldSucceed().Output.ShouldContain("TIP: No space targeted");

        ((JsonObject)cf.Config["SpaceFields"]!)["GUID"]!.GetValue<string>().ShouldBeEmpty();
    }
}
