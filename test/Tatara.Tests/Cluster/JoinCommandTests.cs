using System.CommandLine;
using Tatara.Commands;
using Tatara.Configuration;

namespace Tatara.Tests.Cluster;

public sealed class JoinCommandTests
{
    [Theory]
    [InlineData("--domain", "other.example.com")]
    [InlineData("--network", "10.9.0.0/16")]
    [InlineData("--database", "/etc/tatara/database")]
    public async Task Join_WithWhatTheFoundingHostDecides_SaysSo(string flag, string value)
    {
        var parsed = new RootCommand { JoinCommand.Create() }.Parse(["join", "10.0.0.1:1/ab/cd", flag, value]);

        var refused = await Should.ThrowAsync<SetupException>(() => parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));

        refused.Message.ShouldStartWith(flag);
    }
}
