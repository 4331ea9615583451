using Tatara.LogCache.Store;

namespace Tatara.LogCache.Tests;

public sealed class TimeIndexTests
{
    [Fact]
    public void Insert_AnyOrderWithRemovals_IsWhatASortedListIs()
    {
        var random = new Random(1);
        var index = new TimeIndex();
        var segments = Enumerable.Range(0, 3).Select(i => Segment.Begin(i, "x")).ToArray();
        var expected = new SortedList<long, Segment>();
        for (var step = 0; step < 5000; step++)
        {
            var wanted = random.Next(2000);
            var free = index.FreeFrom(wanted);
            var naive = (long)wanted;
            while (expected.ContainsKey(naive)) naive++;
            free.ShouldBe(naive);
            var segment = segments[random.Next(3)];
            index.Insert(new IndexEntry(free, segment, 0));
            expected.Add(free, segment);
            while (expected.Count > 500)
            {
                index.RemoveFirst().Timestamp.ShouldBe(expected.Keys[0]);
                expected.RemoveAt(0);
            }
            if (step % 997 != 0) continue;
            index.Remove(segments[0]).ShouldBe(expected.Values.Count(s => s == segments[0]));
            foreach (var key in expected.Where(e => e.Value == segments[0]).Select(e => e.Key).ToList()) expected.Remove(key);
        }
        Enumerable.Range(0, index.Count).Select(i => index[i].Timestamp).ShouldBe(expected.Keys);
    }
}
