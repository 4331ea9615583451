using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Tatara.Router.Loops.Secure;

/// <summary>
/// What a handshake is made with. Every connection begins with one context, whose keys encrypt all session tickets, so
/// that a session may be resumed whatever certificate it was made with; the name that the client asks for then chooses
/// the certificate.
/// </summary>
internal sealed unsafe class SecureContexts
{
    private readonly Func<string?, SslServerAuthenticationOptions> _find;
    private readonly ConditionalWeakTable<SslServerAuthenticationOptions, SecureContext> _contexts = [];
    private readonly SecureContext _first;

    /// <param name="find">The options for a name that a client asks for, null when it names none. New certificates come as new options.</param>
    public SecureContexts(Func<string?, SslServerAuthenticationOptions> find)
    {
        _find = find;
        _first = new SecureContext(find(null));
        OpenSsl.OnServerName(_first.Handle, &ChooseCertificate);
    }

    /// <summary>The contexts of the handshake that runs on this thread: OpenSSL calls back within its own calls.</summary>
    [field: ThreadStatic]
    private static SecureContexts? Current { get; set; }

    [field: ThreadStatic]
    private static SecureContext? Chosen { get; set; }

    public nint CreateSession(int descriptor) => OpenSsl.CreateSession(_first.Handle, descriptor);

    /// <summary>Goes on with a handshake.</summary>
    /// <param name="context">The context that the name chose, to be kept as long as the session.</param>
    public int Handshake(nint session, ref SecureContext? context)
    {
        Current = this;
        var result = OpenSsl.Handshake(session);
        Current = null;
        context = Chosen ?? context;
        Chosen = null;
        return result;
    }

    [UnmanagedCallersOnly]
    private static int ChooseCertificate(nint session, int* alert, nint argument)
    {
        try
        {
            var contexts = Current!;
            var name = OpenSsl.ServerName(session);
            var options = contexts._find(name.IsEmpty ? null : Encoding.ASCII.GetString(name));
            var context = contexts._contexts.GetValue(options, static o => new SecureContext(o));
            Chosen = context;
            OpenSsl.SwitchContext(session, context.Handle);
            return OpenSsl.CallbackOk;
        }
#pragma warning disable CA1031 // Nothing may be thrown through OpenSSL; the handshake fails.
        catch (Exception)
#pragma warning restore CA1031
        {
            return OpenSsl.CallbackFatal;
        }
    }
}
