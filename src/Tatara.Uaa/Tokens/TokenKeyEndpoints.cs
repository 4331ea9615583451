using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.IdentityModel.Tokens;
using Tatara.Database;

namespace Tatara.Uaa.Tokens;

/// <summary>The published halves of the signing keys.</summary>
internal static class TokenKeyEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/token_key", (SigningKeys keys) => Results.Json(keys.Active.Published, UaaJson.Default.TokenKey));
        routes.MapGet("/token_keys", async (HttpContext context, SigningKeys keys) =>
        {
            try
            {
                await keys.RefreshAsync(context.RequestAborted);
            }
            catch (DbException e) when (e.IsUnavailable())
            {
                // Those that are known are better than none.
            }
            return Results.Json(new TokenKeySet([.. keys.All.Select(k => k.Published)]), UaaJson.Default.TokenKeySet);
        });
    }
}

/// <summary>A key as RFC 7517 writes it, and once more as PEM, as UAA does.</summary>
/// <param name="E">Exponent.</param>
/// <param name="N">Modulus.</param>
internal sealed record TokenKey(
    string Kty,
    [property: JsonConverter(typeof(Base64UrlBytes))] byte[] E,
    string Use,
    string Kid,
    string Alg,
    string Value,
    [property: JsonConverter(typeof(Base64UrlBytes))] byte[] N);

internal sealed record TokenKeySet(IReadOnlyList<TokenKey> Keys);

internal sealed class Base64UrlBytes : JsonConverter<byte[]>
{
    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Base64UrlEncoder.DecodeBytes(reader.GetString());

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Base64UrlEncoder.Encode(value));
}
