using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Tatara.Router.Registry;

/// <summary>Host names as DNS has them: lower case, and what is not ASCII as punycode.</summary>
internal static class HostName
{
    private static readonly IdnMapping Mapping = new() { AllowUnassigned = false };
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool TryToAscii(string host, [NotNullWhen(true)] out string? ascii)
    {
        try
        {
            ascii = Ascii.IsValid(host) ? host.ToLowerInvariant() : Mapping.GetAscii(host).ToLowerInvariant();
            return true;
        }
        catch (ArgumentException)
        {
            ascii = null;
            return false;
        }
    }

    /// <summary>The same for a host as a client wrote it, in UTF-8. Empty when it is none.</summary>
    public static byte[] ToAscii(ReadOnlySpan<byte> host)
    {
        try
        {
            return TryToAscii(Strict.GetString(host), out var ascii) ? Encoding.ASCII.GetBytes(ascii) : [];
        }
        catch (DecoderFallbackException)
        {
            return [];
        }
    }
}
