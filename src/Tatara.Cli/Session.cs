using Tatara.Cli.Api;
using Tatara.Cli.Configuration;
using Tatara.Cli.Terminal;
using Tatara.Cli.Tracing;

namespace Tatara.Cli;

/// <summary>What one run of a command works with. Connections and clients are made when first used.</summary>
internal sealed class Session
{
    private readonly Lazy<Transport> transport;
    private readonly Lazy<CfConfig> config;
    private readonly CfConfigFile file;

    public Session(ITerminal terminal, CfEnvironment environment, CfConfigFile file, Lazy<CfConfig> config, bool verbose)
    {
        this.file = file;
        this.config = config;
        Terminal = terminal;
        Environment = environment;
        transport = new(() => Connect(Config.SkipSslValidation));
        Trace = new(() => RequestTrace.From(terminal, Clock, verbose, environment, Config));
    }

    public ITerminal Terminal { get; }

    public CfEnvironment Environment { get; }

    public TimeProvider Clock { get; } = TimeProvider.System;

    public CfConfig Config => config.Value;

    public Lazy<RequestTrace> Trace { get; }

    public UaaClient Uaa => new(transport.Value, Config);

    public CloudController Api => ApiAt(transport.Value, Config.Target);

    public LogCacheClient LogCache => new(transport.Value, Tokens, Config.LogCacheEndpoint);

    /// <summary>The token as a header carries it, refreshed when it is about to expire.</summary>
    public Task<string?> AccessTokenAsync(CancellationToken stop) => Tokens.GetAsync(stop);

    private TokenSource Tokens => new(Config, file, Uaa, Clock);

    /// <summary>The API at another address than the targeted one.</summary>
    public CloudController ApiAt(string target, bool skipSslValidation) => ApiAt(Connect(skipSslValidation), target);

    public void SaveConfig() => file.Save(Config);

    /// <exception cref="CfException">Nobody is logged in.</exception>
    public AccessToken RequireLogin()
    {
        if (Config.Target.Length == 0)
            throw new CfException("No API endpoint set. Use 'cf login' or 'cf api' to target an endpoint.");
        return AccessToken.TryRead(Config.AccessToken) ?? throw new CfException("Not logged in. Use 'cf login' or 'cf login --sso' to log in.");
    }

    /// <exception cref="CfException">Nobody is logged in, or no organization is targeted.</exception>
    public AccessToken RequireOrganization()
    {
        var user = RequireLogin();
        if (!Config.Organization.IsSet) throw new CfException("No org targeted, use 'cf target -o ORG' to target an org.");
        return user;
    }

    /// <exception cref="CfException">Nobody is logged in, or no space is targeted.</exception>
    public Target RequireSpace()
    {
        var user = RequireOrganization();
        if (!Config.Space.IsSet) throw new CfException("No space targeted, use 'cf target -s SPACE' to target a space.");
        return new Target(user.UserName, Config.Organization, Config.Space);
    }

    private CloudController ApiAt(Transport connected, string target) => new(connected, Tokens, Terminal, Clock, target);

    private Transport Connect(bool skipSslValidation)
    {
        var identity = new ServerIdentity();
        var http = HttpConnections.Create(skipSslValidation, Environment.DialTimeout, identity);
        return new Transport(http, Trace.Value, identity, Clock);
    }
}

/// <summary>Who works in which space.</summary>
internal sealed record Target(string User, NamedGuid Organization, NamedGuid Space);
