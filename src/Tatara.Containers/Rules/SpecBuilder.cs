using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>The whole specification: every rule once, in this order.</summary>
internal static class SpecBuilder
{
    private static readonly ISpecRule[] Rules =
    [
        new RootRule(),
        new UserNamespaceRule(),
        new NamespacesRule(),
        new MountsRule(),
        new BindsRule(),
        new InitRule(),
        new ProcessRule(),
        new CapabilitiesRule(),
        new ProcessLimitsRule(),
        new CgroupRule(),
        new DevicesRule(),
        new HiddenPathsRule(),
        new SeccompRule(),
    ];

    public static OciSpec Build(SpecContext context)
    {
        var spec = new OciSpec();
        foreach (var rule in Rules) rule.Apply(spec, context);
        return spec;
    }
}
