using System.Text.Json.Serialization;
using Tatara.Uaa.Clients;
using Tatara.Uaa.Errors;
using Tatara.Uaa.Groups;
using Tatara.Uaa.Login;
using Tatara.Uaa.OpenId;
using Tatara.Uaa.Tokens;
using Tatara.Uaa.Users;

namespace Tatara.Uaa;

/// <summary>Everything the UAA reads and writes, without reflection. OAuth's names have underscores; SCIM's are camel case.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(TokenClaims))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(TokenKeySet))]
[JsonSerializable(typeof(Introspection))]
[JsonSerializable(typeof(LoginHint))]
[JsonSerializable(typeof(ClientResponse))]
[JsonSerializable(typeof(LoginInfo))]
[JsonSerializable(typeof(OpenIdConfiguration))]
[JsonSerializable(typeof(UserInfo))]
internal sealed partial class UaaJson : JsonSerializerContext;

/// <summary>SCIM's bodies.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ScimUser))]
[JsonSerializable(typeof(ScimPage<ScimUser>))]
[JsonSerializable(typeof(ScimGroup))]
[JsonSerializable(typeof(ScimPage<ScimGroup>))]
[JsonSerializable(typeof(IReadOnlyList<ScimMember>))]
[JsonSerializable(typeof(PasswordChange))]
[JsonSerializable(typeof(StatusResponse))]
internal sealed partial class ScimJson : JsonSerializerContext;
