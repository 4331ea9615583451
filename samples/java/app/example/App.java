package example;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import example.greeting.Greeting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;

/** Says hello, shows its JVM, fetches a page to show whom it trusts, and runs out of memory on demand. */
public final class App {
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.createContext("/", exchange -> answer(exchange, new Greeting("a JAR").text()));
        server.createContext("/jvm", exchange -> answer(exchange, jvm()));
        server.createContext("/fetch", exchange -> answer(exchange, fetch(exchange.getRequestURI().getQuery())));
        server.createContext("/eat", exchange -> answer(exchange, eat()));
        server.start();
        System.out.println("Listening on " + port);
    }

    private static String jvm() {
        Runtime runtime = Runtime.getRuntime();
        return "heap: " + runtime.maxMemory() / 1048576 + "M\nprocessors: " + runtime.availableProcessors()
            + "\ntmpdir: " + System.getProperty("java.io.tmpdir") + "\ngreeting: " + System.getProperty("greeting");
    }

    private static String fetch(String url) {
        try {
            HttpResponse<String> response = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
            return "status: " + response.statusCode();
        } catch (IOException | InterruptedException e) {
            return "failed: " + e;
        }
    }

    private static String eat() {
        List<byte[]> eaten = new ArrayList<>();
        while (true) eaten.add(new byte[1 << 20]);
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
