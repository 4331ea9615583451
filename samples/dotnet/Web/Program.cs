using Greetings;

var app = WebApplication.CreateBuilder(args).Build();

app.MapGet("/", () => Results.Content(
    $"<!doctype html><title>.NET</title><h1>{Greeting.For("the web")}</h1><p>Running on .NET {Environment.Version}.</p>", "text/html; charset=utf-8"));

// What the router told about the browser's request, as this app sees it.
app.MapGet("/request", (HttpRequest request) => $"{request.Scheme}://{request.Host}{request.Path}\n");

// What the garbage collector makes of the container.
app.MapGet("/memory", () =>
{
    var memory = GC.GetGCMemoryInfo();
    return $"server: {System.Runtime.GCSettings.IsServerGC}\nheap limit: {memory.TotalAvailableMemoryBytes / (1024 * 1024)} MB\n";
});

app.Run();
