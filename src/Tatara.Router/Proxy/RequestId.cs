namespace Tatara.Router.Proxy;

/// <summary>Names a request: a version 4 UUID. It has to be unique, not secret: no system call is worth it.</summary>
internal static class RequestId
{
    public const int Length = 36;

    public static void Write(Span<byte> text)
    {
        const int versionAt = 7, variantAt = 8;
        Span<byte> random = stackalloc byte[16];
        Random.Shared.NextBytes(random);
        random[versionAt] = (byte)((random[versionAt] & 0x0F) | 0x40);
        random[variantAt] = (byte)((random[variantAt] & 0x3F) | 0x80);
        new Guid(random).TryFormat(text, out _);
    }
}
