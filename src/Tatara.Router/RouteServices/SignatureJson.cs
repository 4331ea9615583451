using System.Text.Json.Serialization;

namespace Tatara.Router.RouteServices;

internal sealed record SignatureContents(string ForwardedUrl, DateTimeOffset RequestedTime);

internal sealed record SignatureMetadata(byte[] Nonce);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SignatureContents))]
[JsonSerializable(typeof(SignatureMetadata))]
internal sealed partial class SignatureJson : JsonSerializerContext;
