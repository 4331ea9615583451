namespace Tatara.MessageBus;

/// <summary>The bus could not do what was asked.</summary>
public class NatsException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The server does not let this client in: somebody has to act before it does.</summary>
public sealed class NatsRefusedException(string message) : NatsException(message);

/// <summary>Nobody listens on the subject that a request went to (NATS status 503).</summary>
public sealed class NatsNoRespondersException(string subject) : NatsException($"Nobody on the bus answers to '{subject}'.");

/// <summary>A request got no answer in time.</summary>
public sealed class NatsNoReplyException(string subject, TimeSpan waited)
    : NatsException($"No answer from '{subject}' within {waited.TotalSeconds:0.#} s.");
