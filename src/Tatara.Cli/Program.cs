using Tatara.Cli.CommandLine;

return await new CfProgram(Environment.GetEnvironmentVariable).RunAsync(args);
