package dev.hermes.gateway.browser;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A web app's own server: one page, and the tokens that the app hands to the client. */
final class Pages implements AutoCloseable {

    private static final String PAGE = """
            <!doctype html><title>Test</title>
            <script type="module">
            const gateway = 'http://localhost:' + new URLSearchParams(location.search).get('port');
            Object.assign(window, { heard: [], gaps: [], states: [], errors: [], uncaught: [] });
            addEventListener('unhandledrejection', (event) => uncaught.push(String(event.reason)));
            addEventListener('error', (event) => uncaught.push(event.message));
            const { createHermesEvents } = await import(gateway + '/hermes-events.js');
            async function getToken(scopes) {
              const answer = await fetch('/token?' + encodeURIComponent(scopes.join(' ')), { cache: 'no-store' });
              if (!answer.ok) throw new Error('status ' + answer.status);
              return answer.json();
            }
            window.make = (options) => {
              const onError = ({ code }) => errors.push(code);
              window.client = createHermesEvents({ baseUrl: gateway + '/api/v1', getToken, onError, ...options });
              client.onState((state) => states.push(state));
            };
            window.listen = (selection) =>
              client.subscribe(selection, (event) => heard.push(event), { onGap: (gap) => gaps.push(gap) });
            window.ready = true;
            </script>
            """;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "pages");
        thread.setDaemon(true);
        return thread;
    });
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile Function<String, String> tokens;

    /**
     * @param tokens the answer for scopes; an empty one is a failure
     */
    Pages(Function<String, String> tokens) {
        this.tokens = tokens;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
        server.createContext("/", exchange -> answer(exchange, "text/html", PAGE));
        server.createContext("/token", this::token);
        server.setExecutor(threads);
        server.start();
    }

    /** Something else that the app's server has. */
    void serve(String path, HttpHandler handler) {
        server.createContext(path, handler);
    }

    int port() {
        return server.getAddress().getPort();
    }

    String origin() {
        return "http://localhost:" + port();
    }

    String address(int gateway) {
        return origin() + "/?port=" + gateway;
    }

    void tokens(Function<String, String> answers) {
        tokens = answers;
    }

    /** The scopes of each token that was asked for. */
    List<String> asked() {
        return List.copyOf(asked);
    }

    private void token(HttpExchange exchange) throws IOException {
        String scopes = URLDecoder.decode(exchange.getRequestURI().getRawQuery(), StandardCharsets.UTF_8);
        asked.add(scopes);
        String token = tokens.apply(scopes);
        if (token.isEmpty()) {
            exchange.sendResponseHeaders(500, -1);
            exchange.close();
        } else {
            answer(exchange, "application/json", token);
        }
    }

    static void answer(HttpExchange exchange, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
