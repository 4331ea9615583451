using System.CommandLine;
using Tatara.CloudController.Blobs;
using Tatara.Commands;
using Tatara.Configuration;
using Tatara.Database.Migrations;

var root = new RootCommand("Tatara: Cloud Foundry in one program.")
{
    QuickstartCommand.Create(),
    UpCommand.Create(),
    RunCommand.Create(),
    ClusterCommand.Create(),
    TokenCommand.Create(),
    JoinCommand.Create(),
    RemoveCommand.Create(),
    ConfigCommand.Create(),
    StatusCommand.Create(),
    DrainCommand.Create(),
    CertificateCommand.Create(),
    SetupCommand.Create(),
    BuildpackCommand.Create(),
    BackupCommands.CreateBackup(),
    BackupCommands.CreateRestore(),
    BackupCommands.CreateMoveDatabase(),
    MoveBlobstoreCommand.Create(),
    DestroyCommand.Create(),
};
try
{
    var command = root.Parse(args);
    return await command.InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        // Ctrl-C stops the roles in order; the default of two seconds would cut that off and leave the bus running.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(20) + RouterFlags.LongestDrain(command),
    });
}
catch (SetupException e)
{
    await Console.Error.WriteLineAsync($"tatara: {e.Problem}");
    if (e.Advice.Length > 0) await Console.Error.WriteLineAsync($"        {e.Advice}");
    return 1;
}
catch (OtherSchemaException e)
{
    await Console.Error.WriteLineAsync($"tatara: {e.Message}");
    await Console.Error.WriteLineAsync($"        {e.Advice}");
    return 1;
}
catch (BlobException e)
{
    await Console.Error.WriteLineAsync($"tatara: {e.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception e)
{
    await Console.Error.WriteLineAsync($"tatara: something unexpected happened: {e.Message}");
    await Console.Error.WriteLineAsync($"        The details: {e.GetType().Name} {e.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}; the platform's log may say more.");
    return 1;
}
