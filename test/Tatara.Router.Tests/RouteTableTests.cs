using System.Text;
using Tatara.Router.Registry;

namespace Tatara.Router.Tests;

public sealed class RouteTableTests
{
    [Theory]
    [InlineData("a.test", "/", "a.test")]
    [InlineData("A.TEST", "/other", "a.test")]
    [InlineData("a.test", "/Shop/Cart", "a.test/shop/cart")]
    [InlineData("a.test", "/shop/cart/1", "a.test/shop/cart")]
    [InlineData("a.test", "/shop/carts", "a.test/shop")]
    [InlineData("a.test", "/shopping", "a.test")]
    [InlineData("b.test", "/", "*.test")]
    [InlineData("x.y.test", "/", "*.y.test")]
    [InlineData("x.x.y.test", "/", "*.y.test")]
    [InlineData("only.test", "/path/1", "only.test/path")]
    [InlineData("only.test", "/", "*.test")]
    [InlineData("test", "/", null)]
    [InlineData(".test", "/", null)]
    [InlineData("a.tes", "/", null)]
    [InlineData("", "/", null)]
    public void Match_HostAndPath_FindsTheNearestRoute(string host, string path, string? expected)
    {
        var table = RouteTable.Empty;
        foreach (var uri in new[] { "a.test", "a.test/shop", "a.test/shop/cart", "*.test", "*.y.test", "only.test/path" })
        {
            RouteKey.TryParse(uri, out var key).ShouldBeTrue();
            table = table.With(new Route(key));
        }
        table.Match(Encoding.ASCII.GetBytes(host), Encoding.ASCII.GetBytes(path))?.Key.ToString().ShouldBe(expected);
        (table.Match(Encoding.ASCII.GetBytes(host), Encoding.ASCII.GetBytes(path)) is null).ShouldBe(expected is null);
    }

    [Fact]
    public void Without_Route_LeavesTheTableBeforeAsItWas()
    {
        var routes = Enumerable.Range(0, 5000).Select(i => new Route(new RouteKey($"app-{i}.test", ""))).ToList();
        var full = routes.Aggregate(RouteTable.Empty, (table, route) => table.With(route));

        var empty = routes.Aggregate(full, (table, route) => table.Without(route));

        (full.Count, empty.Count).ShouldBe((5000, 0));
        routes.ShouldAllBe(r => full.Find(r.Key) == r && empty.Find(r.Key) == null);
        full.Routes.Count().ShouldBe(5000);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("/path")]
    [InlineData("a b")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("*")]
    [InlineData("a.*.b")]
    [InlineData("*a.b")]
    [InlineData("a:80")]
    [InlineData("a/b?c")]
    [InlineData("a/b c")]
    [InlineData("a\r\nb")]
    public void TryParse_NoHostWithPath_Refuses(string? uri) => RouteKey.TryParse(uri, out _).ShouldBeFalse();
}
