using Microsoft.Extensions.Logging;

namespace Tatara.MessageBus;

public sealed partial class NatsConnection
{
    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Name}: connected to the bus at {Server}")]
        public static partial void Connected(ILogger logger, string name, ServerAddress server);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Name}: the bus at {Server} answers again")]
        public static partial void ConnectedAgain(ILogger logger, string name, ServerAddress server);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: no bus at {Server} ({Reason}); trying on")]
        public static partial void Disconnected(ILogger logger, string name, ServerAddress server, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Name}: the bus refused something: {Line}")]
        public static partial void ServerError(ILogger logger, string name, string line);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: messages on {Subject} come faster than they are read; {Total} were dropped so far")]
        public static partial void Dropped(ILogger logger, string name, string subject, long total);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Name}: who was told of the connection failed")]
        public static partial void HandlerFailed(ILogger logger, Exception exception, string name);
    }
}
