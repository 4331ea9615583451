namespace Tatara.Router.Tests.Http1;

/// <summary>A short run of the fuzzer over the seed corpus; `./tatara bench router-fuzz` runs millions.</summary>
public sealed class FuzzTests
{
    [Fact]
    public void Parsers_DamagedMessages_NeverThrowAndReadTheSameInPieces()
    {
        var fuzzer = new ParserFuzzer(seed: 11);
        fuzzer.Run(100_000);
        fuzzer.Accepted.ShouldBeGreaterThan(5_000);
    }
}
