using Tatara.LogCache.Store;

namespace Tatara.LogCache.Tests;

public sealed class SequenceRangesTests
{
    [Fact]
    public void Add_Shuffled_EachNumberOnce()
    {
        var random = new Random(2);
        var ranges = new SequenceRanges();
        var seen = new HashSet<long>();
        // Blocks of 8 in any order within 100: never more than 32 gaps.
        foreach (var number in Enumerable.Range(0, 100).Chunk(8).OrderBy(_ => random.Next()).SelectMany(b => b).SelectMany(n => new long[] { n, n }))
            ranges.Add(number).ShouldBe(seen.Add(number));
    }

    [Fact]
    public void Add_EndlessGaps_StaysSmallAndTakesWhatIsNew()
    {
        var ranges = new SequenceRanges();

        for (var i = 0L; i < 10_000; i += 2) ranges.Add(i).ShouldBeTrue();

        ranges.Add(9_999).ShouldBeTrue();
        ranges.Add(1).ShouldBeFalse();
    }
}
