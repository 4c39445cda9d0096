package dev.hermes.gateway.browser;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves the client's own file, and streams whose frames the test writes. It says heartbeats every second and sends none. */
final class ScriptedGateway implements AutoCloseable {

    private static final String SETTINGS = """
            globalThis.__HERMES__ = {"VITE_SSE_ENABLED": true, "VITE_API_BASE_URL": "/api/v1", "enabled": true,
              "heartbeat_interval": 1, "channels": {"queue:updates": {"type": "queue_update", "scope": "queue",
              "filters": [], "on_connect": "nothing"}}};""";
    private static final String OPENING = "retry: 200\nid: 1-0\nevent: connected\ndata: {}\n\n";
    private static final String HEARTBEAT = "event: heartbeat\ndata: {}\n\n";
    private static final long HEARTBEAT_MILLIS = 300;

    /** Good, refused to the browser's own attempt, refused to the question why. */
    static final int FLAPS = 3;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "scripted-gateway");
        thread.setDaemon(true);
        return thread;
    });
    private final List<String> opened = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile boolean flapping;
    private volatile Stream stream = new Stream(OutputStream.nullOutputStream());

    ScriptedGateway() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
        server.setExecutor(threads);
        server.createContext(
                "/hermes-events.js", exchange -> Pages.answer(open(exchange), "text/javascript", client()));
        server.createContext(
                "/hermes-events-config.js", exchange -> Pages.answer(open(exchange), "text/javascript", SETTINGS));
        server.createContext("/api/v1/events/stream", this::stream);
        server.createContext(
                "/api/v1/events/health",
                exchange -> Pages.answer(
                        open(exchange), "application/json", "{\"enabled\":true,\"heartbeat_interval\":1}"));
        server.createContext(
                "/api/v1/events/poll",
                exchange -> Pages.answer(
                        open(exchange), "application/json", "{\"events\":[],\"last_id\":\"1-0\",\"gap\":false}"));
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** How streams are answered from now on. */
    void answer(int code) {
        status = code;
    }

    /** From now on each third stream ends as soon as it has begun, to be asked for at once; the others are answered with 502. */
    void flap(boolean on) {
        flapping = on;
    }

    /** The addresses of the streams that were asked for. */
    List<String> opened() {
        return List.copyOf(opened);
    }

    /** A frame on the last stream. */
    void send(String id, String event, String data) {
        stream.write("id: " + id + "\nevent: " + event + "\ndata: " + data + "\n\n");
    }

    /** The last stream stays open, and nothing comes on it any more. */
    void hush() {
        stream.hushed = true;
    }

    private static HttpExchange open(HttpExchange exchange) {
        exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
        return exchange;
    }

    private void stream(HttpExchange exchange) throws IOException {
        opened.add(exchange.getRequestURI().toString());
        open(exchange);
        int code = flapping && opened.size() % FLAPS != 0 ? 502 : status;
        if (code != 200) {
            byte[] body = "<html>Bad gateway".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(code, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        Stream own = new Stream(exchange.getResponseBody());
        if (flapping) {
            own.write(OPENING.replace("200", "1"));
            exchange.close();
            return;
        }
        // Whoever sees the page connected sends on this one, and never before the opening.
        synchronized (own) {
            stream = own;
            own.write(OPENING);
        }
        own.beat();
    }

    private static final class Stream {

        private final OutputStream out;
        private volatile boolean hushed;
        private boolean gone;

        Stream(OutputStream out) {
            this.out = out;
        }

        synchronized void write(String frame) {
            if (!hushed && !gone) {
                try {
                    out.write(frame.getBytes(StandardCharsets.UTF_8));
                    out.flush();
                } catch (IOException closed) {
                    gone = true;
                    notifyAll();
                }
            }
        }

        /** Until the browser goes. */
        synchronized void beat() {
            try {
                while (!gone && !hushed) {
                    wait(HEARTBEAT_MILLIS);
                    write(HEARTBEAT);
                }
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String client() throws IOException {
        try (InputStream file = Objects.requireNonNull(
                ScriptedGateway.class.getResourceAsStream("/dev/hermes/gateway/browser/hermes-events.js"),
                "the client")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
