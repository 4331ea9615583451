using Tatara.Testing;

namespace Tatara.Bench;

/// <summary>One instance of an app, asked through the router.</summary>
internal static class AppInstance
{
    /// <summary>Whether that very instance answers with a success.</summary>
    public static async Task<bool> AnswersAsync(HttpClient http, Platform platform, string host, string app, int index)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, platform.AppUrl(host));
        request.Headers.Add("X-Cf-App-Instance", $"{app}:{index}");
        using var response = await http.SendAsync(request);
        return response.IsSuccessStatusCode;
    }
}
