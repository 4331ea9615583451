namespace Tatara.Router.Proxy;

/// <summary>Names a request: a version 4 UUID. It has to be unique, not secret: no system call is worth it.</summary>
internal static class RequestId
{
    public const int Length = 36;

    private static ReadOnlySpan<byte> Digits => "0123456789abcdef"u8;

    public static void Write(Span<byte> text)
    {
        const int versionAt = 14, variantAt = 19;
        Span<byte> random = stackalloc byte[Length / 2];
        Random.Shared.NextBytes(random);
        for (var i = 0; i < Length; i++) text[i] = Digits[(i % 2 == 0 ? random[i / 2] : random[i / 2] >> 4) & 0xF];
        text[8] = text[13] = text[18] = text[23] = (byte)'-';
        text[versionAt] = (byte)'4';
        text[variantAt] = Digits[8 + (random[0] >> 6)];
    }
}
