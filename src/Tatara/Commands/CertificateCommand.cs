using System.CommandLine;
using System.Globalization;
using Tatara.Hosts;
using Tatara.Tls;

namespace Tatara.Commands;

/// <summary>`tatara certificate add|list|remove`: what the router serves beside its own; a running one notices by itself.</summary>
internal static class CertificateCommand
{
    public static Command Create() => new("certificate", "Add, list or remove certificates of the router's domains.") { Add(), List(), Remove() };

    private static Command Add()
    {
        var (certificate, key) = (new Argument<string>("certificate") { Description = "PEM file, with the chain" }, new Argument<string>("key") { Description = "PEM file of its private key" });
        var name = new Option<string?>("--name") { Description = "what to call it (default: its first name)" };
        return WithFolder(new Command("add", "Add a certificate, or put it in the place of the one of that name.") { certificate, key, name }, (folder, result) =>
        {
            var added = folder.Add(result.GetRequiredValue(certificate), result.GetRequiredValue(key), result.GetValue(name));
            Console.WriteLine($"Added {added.Name} for {string.Join(", ", added.HostNames)}. A running router serves it within seconds.");
            return 0;
        });
    }

    private static Command List() => WithFolder(new Command("list", "Show which certificates there are."), (folder, _) =>
    {
        foreach (var certificate in folder.List())
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{certificate.Name,-32} until {certificate.NotAfter:yyyy-MM-dd}  {string.Join(", ", certificate.HostNames)}"));
        return 0;
    });

    private static Command Remove()
    {
        var name = new Argument<string>("name");
        return WithFolder(new Command("remove", "Remove a certificate.") { name }, (folder, result) =>
        {
            folder.Remove(result.GetRequiredValue(name));
            Console.WriteLine($"Removed {result.GetRequiredValue(name)}.");
            return 0;
        });
    }

    private static Command WithFolder(Command command, Func<OperatorCertificates, ParseResult, int> run)
    {
        var config = new Option<string?>("--config") { Description = "this host's configuration file, when it is one of many; each router's host has certificates of its own" };
        command.Options.Add(config);
        var common = new CommonOptions();
        common.AddTo(command);
        command.SetAction(result =>
        {
            var options = result.GetValue(config) is { } file ? HostFile.Load(Path.GetFullPath(file)).Platform : common.Read(result);
            return run(new OperatorCertificates(options.CertificateDirectory), result);
        });
        return command;
    }
}
