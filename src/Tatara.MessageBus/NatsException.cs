namespace Tatara.MessageBus;

/// <summary>The bus could not do what was asked.</summary>
public class NatsException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Nobody listens on the subject that a request went to (NATS status 503).</summary>
public sealed class NatsNoRespondersException(string subject) : NatsException($"Nobody on the bus answers to '{subject}'.");

/// <summary>A request got no answer in time.</summary>
public sealed class NatsNoReplyException(string subject, TimeSpan waited)
    : NatsException($"No answer from '{subject}' within {waited.TotalSeconds:0.#} s.");
