using Microsoft.AspNetCore.Http;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Apps;

internal sealed class AppActionEndpoints(Access access, AppLifecycle lifecycle, Links links)
{
    public Task<IResult> StartAsync(ApiCall call) => ActAsync(call, lifecycle.StartAsync);

    public Task<IResult> StopAsync(ApiCall call) => ActAsync(call, lifecycle.StopAsync);

    public Task<IResult> RestartAsync(ApiCall call) => ActAsync(call, lifecycle.RestartAsync);

    private async Task<IResult> ActAsync(ApiCall call, Func<App, Space, CancellationToken, Task> act)
    {
        var (app, space) = await access.AppOrFailAsync(call.Guid, AccessLevel.Write, call.Cancelled);
        await act(app, space, call.Cancelled);
        return Answer.Ok(AppResponse.From(app, links));
    }
}
