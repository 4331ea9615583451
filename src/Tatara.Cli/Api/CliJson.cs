using System.Text.Json.Serialization;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Api;

/// <summary>How the servers' JSON maps to records, worked out when compiling: reflection would cost at every start.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ApiErrors))]
[JsonSerializable(typeof(Root))]
[JsonSerializable(typeof(LoginPrompts))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(UaaError))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(Page<Organization>), TypeInfoPropertyName = "OrganizationPage")]
[JsonSerializable(typeof(Page<Space>), TypeInfoPropertyName = "SpacePage")]
[JsonSerializable(typeof(Page<App>), TypeInfoPropertyName = "AppPage")]
[JsonSerializable(typeof(Page<Process>), TypeInfoPropertyName = "ProcessPage")]
[JsonSerializable(typeof(Page<Sidecar>), TypeInfoPropertyName = "SidecarPage")]
[JsonSerializable(typeof(Page<Route>), TypeInfoPropertyName = "RoutePage")]
[JsonSerializable(typeof(Page<Domain>), TypeInfoPropertyName = "DomainPage")]
[JsonSerializable(typeof(Page<Package>), TypeInfoPropertyName = "PackagePage")]
[JsonSerializable(typeof(Page<Droplet>), TypeInfoPropertyName = "DropletPage")]
[JsonSerializable(typeof(Page<Buildpack>), TypeInfoPropertyName = "BuildpackPage")]
[JsonSerializable(typeof(Page<Stack>), TypeInfoPropertyName = "StackPage")]
[JsonSerializable(typeof(Page<AuditEvent>), TypeInfoPropertyName = "AuditEventPage")]
[JsonSerializable(typeof(Page<ServiceInstance>), TypeInfoPropertyName = "ServiceInstancePage")]
[JsonSerializable(typeof(Page<RouteBinding>), TypeInfoPropertyName = "RouteBindingPage")]
[JsonSerializable(typeof(ProcessStats))]
[JsonSerializable(typeof(AppEnvironment))]
[JsonSerializable(typeof(EnvironmentGroup))]
[JsonSerializable(typeof(RouteDestinations))]
[JsonSerializable(typeof(IReadOnlyList<RouterGroup>), TypeInfoPropertyName = "RouterGroups")]
[JsonSerializable(typeof(ResourceMatches))]
[JsonSerializable(typeof(Build))]
[JsonSerializable(typeof(ManifestDiff))]
[JsonSerializable(typeof(LogPage))]
internal sealed partial class CliJson : JsonSerializerContext;
