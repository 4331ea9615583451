using System.CommandLine;
using Tatara.Hosts;

namespace Tatara.Commands;

/// <summary>`tatara config check|sample`: a host's configuration file.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "the configuration file", DefaultValueFactory = _ => HostConfiguration.UsualFile };
        var check = new Command("check", "Say what is wrong with a configuration file, or that nothing is.") { file };
        check.SetAction(result =>
        {
            var host = HostFile.Load(Path.GetFullPath(result.GetRequiredValue(file)));
            Console.WriteLine($"{host.File} is right: {host.Name} at {host.Address} runs {string.Join(", ", host.Roles)} of {host.Platform.Domain}.");
            return 0;
        });
        var sample = new Command("sample", "Print a configuration file with every key and what it means.");
        sample.SetAction(_ =>
        {
            Console.Write(Sample());
            return 0;
        });
        return new Command("config", "Check a host's configuration file, or print a sample.") { check, sample };
    }

    public static string Sample()
    {
        using var reader = new StreamReader(typeof(ConfigCommand).Assembly.GetManifestResourceStream("sample.yml")!);
        return reader.ReadToEnd();
    }
}
