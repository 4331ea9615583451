using System.Text.Json.Serialization;

namespace Tatara.Router.Acme;

internal sealed record AcmeDirectory(Uri NewNonce, Uri NewAccount, Uri NewOrder);

internal sealed record AcmeNewAccount(bool TermsOfServiceAgreed, IReadOnlyList<string>? Contact);

internal sealed record AcmeIdentifier(string Type, string Value);

internal sealed record AcmeNewOrder(IReadOnlyList<AcmeIdentifier> Identifiers);

internal sealed record AcmeOrder(string Status, IReadOnlyList<Uri> Authorizations, Uri Finalize, Uri? Certificate = null, AcmeProblem? Error = null);

internal sealed record AcmeAuthorization(string Status, IReadOnlyList<AcmeChallenge> Challenges);

internal sealed record AcmeChallenge(string Type, Uri Url, string Status, string? Token = null, AcmeProblem? Error = null);

internal sealed record AcmeFinalize(string Csr);

/// <summary>{}: says "go on".</summary>
internal sealed record AcmeNothing;

internal sealed record AcmeProblem(string? Type = null, string? Detail = null);

/// <summary>The account's public key (RFC 7517); the order of the fields is that of a thumbprint (RFC 7638).</summary>
internal sealed record AcmeKey(string Crv, string Kty, string X, string Y);

internal sealed record AcmeProtected(string Alg, string Nonce, Uri Url, AcmeKey? Jwk, Uri? Kid);

internal sealed record AcmeSigned(string Protected, string Payload, string Signature);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AcmeDirectory))]
[JsonSerializable(typeof(AcmeNewAccount))]
[JsonSerializable(typeof(AcmeNewOrder))]
[JsonSerializable(typeof(AcmeOrder))]
[JsonSerializable(typeof(AcmeAuthorization))]
[JsonSerializable(typeof(AcmeChallenge))]
[JsonSerializable(typeof(AcmeFinalize))]
[JsonSerializable(typeof(AcmeNothing))]
[JsonSerializable(typeof(AcmeProblem))]
[JsonSerializable(typeof(AcmeProtected))]
[JsonSerializable(typeof(AcmeKey))]
[JsonSerializable(typeof(AcmeSigned))]
internal sealed partial class AcmeJson : JsonSerializerContext;
