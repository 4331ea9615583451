using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Api;

/// <summary>A page of a list as it is answered.</summary>
internal sealed record PageResponse(
    Pagination Pagination,
    IReadOnlyList<object> Resources,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] object? Included = null);

internal sealed record Pagination(long TotalResults, long TotalPages, Link First, Link Last, Link? Next, Link? Previous);

/// <summary>One page of rows, with how many there are in all.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Rows, long Total);

/// <summary>Turns a query into a page: common filters, order, skip and take.</summary>
internal sealed class Pager(CloudControllerDbContext db, Links links)
{
    /// <summary>Columns beside created_at and updated_at that a list may be ordered by, by their API name.</summary>
    private static readonly Dictionary<string, string> s_columns = new()
    {
        ["created_at"] = nameof(Entity.CreatedAt),
        ["updated_at"] = nameof(Entity.UpdatedAt),
        ["name"] = "Name",
        ["state"] = "DesiredState",
        ["position"] = "Position",
    };

    public async Task<Page<T>> ReadAsync<T>(IQueryable<T> rows, ListQuery query, CancellationToken cancellationToken, params string[] furtherOrders)
        where T : Entity
    {
        rows = query.LabelSelector.Apply(Filter(rows, query), db);
        var total = await rows.LongCountAsync(cancellationToken);
        var page = await Order(rows, query, furtherOrders)
            .Skip((query.Page - 1) * query.PerPage)
            .Take(query.PerPage)
            .ToListAsync(cancellationToken);
        return new Page<T>(page, total);
    }

    /// <summary>Reads a page and presents each row by itself.</summary>
    public async Task<PageResponse> ListAsync<T>(
        IQueryable<T> rows, ListQuery query, Func<T, object> present, CancellationToken cancellationToken, params string[] furtherOrders)
        where T : Entity
    {
        var page = await ReadAsync(rows, query, cancellationToken, furtherOrders);
        return Present(query, page.Total, [.. page.Rows.Select(present)]);
    }

    public PageResponse Present(ListQuery query, long total, IReadOnlyList<object> resources, object? included = null)
    {
        var pages = Math.Max(1, (total + query.PerPage - 1) / query.PerPage);
        return new PageResponse(
            new Pagination(
                total,
                pages,
                PageLink(query, 1),
                PageLink(query, pages),
                query.Page < pages ? PageLink(query, query.Page + 1) : null,
                query.Page > 1 ? PageLink(query, query.Page - 1) : null),
            resources,
            included);
    }

    private Link PageLink(ListQuery query, long page)
    {
        var parameters = query.Request.Query
            .Where(p => p.Key is not ("page" or "per_page"))
            .Select(p => KeyValuePair.Create(p.Key, p.Value.ToString()))
            .Append(KeyValuePair.Create("page", page.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            .Append(KeyValuePair.Create("per_page", query.PerPage.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return links.To(query.Request.Path + new QueryBuilder(parameters).ToQueryString());
    }

    private static IQueryable<T> Filter<T>(IQueryable<T> rows, ListQuery query)
        where T : Entity
    {
        if (query.Values("guids") is { } guids) rows = rows.Where(x => guids.Contains(x.Guid));
        foreach (var (comparison, time) in query.Times("created_ats"))
        {
            var next = time.AddSeconds(1);
            rows = comparison switch
            {
                "lt" => rows.Where(x => x.CreatedAt < time),
                "lte" => rows.Where(x => x.CreatedAt < next),
                "gt" => rows.Where(x => x.CreatedAt >= next),
                "gte" => rows.Where(x => x.CreatedAt >= time),
                _ => rows.Where(x => x.CreatedAt >= time && x.CreatedAt < next),
            };
        }
        foreach (var (comparison, time) in query.Times("updated_ats"))
        {
            var next = time.AddSeconds(1);
            rows = comparison switch
            {
                "lt" => rows.Where(x => x.UpdatedAt < time),
                "lte" => rows.Where(x => x.UpdatedAt < next),
                "gt" => rows.Where(x => x.UpdatedAt >= next),
                "gte" => rows.Where(x => x.UpdatedAt >= time),
                _ => rows.Where(x => x.UpdatedAt >= time && x.UpdatedAt < next),
            };
        }
        return rows;
    }

    private static IOrderedQueryable<T> Order<T>(IQueryable<T> rows, ListQuery query, string[] further)
        where T : Entity
    {
        if (query.OrderBy is null) return rows.OrderBy(x => x.Id);
        string[] allowed = ["created_at", "updated_at", .. further];
        if (!allowed.Contains(query.OrderBy))
            throw ApiErrors.BadQueryParameter($"Order by can only be: {string.Join(", ", allowed.Select(a => $"'{a}'"))}");
        var column = s_columns[query.OrderBy];
        return query.Descending
            ? rows.OrderByDescending(x => EF.Property<object>(x, column)).ThenByDescending(x => x.Id)
            : rows.OrderBy(x => EF.Property<object>(x, column)).ThenBy(x => x.Id);
    }
}
