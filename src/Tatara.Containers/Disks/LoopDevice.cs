using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tatara.Containers.Linux;

namespace Tatara.Containers.Disks;

/// <summary>A block device over a file. The kernel takes it away by itself when its last mount is gone.</summary>
internal static class LoopDevice
{
    private const nuint GetFree = 0x4C82;
    private const nuint Configure = 0x4C0A;

    // struct loop_config: u32 fd, u32 block_size, struct loop_info64 (232 bytes, lo_flags at 52), u64 reserved[8]
    private const int ConfigLength = 4 + 4 + 232 + 64;
    private const int FlagsOffset = 8 + 52;
    private const uint AutoClear = 4;
    private const uint DirectIo = 16;

    private const int Attempts = 50;

    /// <summary>Attaches the file and hands the device to <paramref name="use"/>, which has to mount it.</summary>
    public static void Attach(string path, Action<string> use)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using var control = File.OpenHandle("/dev/loop-control", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var number = Libc.Ioctl(control, GetFree, 0);
            if (number < 0) throw new ContainerException($"no loop device for {path}: {Libc.LastError()}");
            var device = $"/dev/loop{number}";
            using var opened = File.OpenHandle(device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            if (Libc.Ioctl(opened, Configure, Config(file)) == 0)
            {
                use(device);
                return;
            }
            if (Marshal.GetLastPInvokeError() != Libc.Busy) throw new ContainerException($"{device} could not be attached to {path}: {Libc.LastError()}");
            // Another process took this one first.
        }
        throw new ContainerException($"no loop device for {path}: all were taken {Attempts} times in a row");
    }

    private static byte[] Config(SafeFileHandle file)
    {
        var config = new byte[ConfigLength];
        BinaryPrimitives.WriteUInt32LittleEndian(config, (uint)file.DangerousGetHandle());
        BinaryPrimitives.WriteUInt32LittleEndian(config.AsSpan(FlagsOffset), AutoClear | DirectIo);
        return config;
    }
}
