using System.Runtime.InteropServices;

namespace Tatara.Dea.Evacuation;

/// <summary>SIGUSR2, by which Cloud Foundry's DEA was told to evacuate.</summary>
internal static class EvacuationSignal
{
    /// <summary>The kernel's number; .NET has no name for it.</summary>
    private const int SigUsr2 = 12;

    public static PosixSignalRegistration Register(Action evacuate) => PosixSignalRegistration.Create((PosixSignal)SigUsr2, context =>
    {
        context.Cancel = true; // Without a handler the signal would end the process.
        evacuate();
    });
}
