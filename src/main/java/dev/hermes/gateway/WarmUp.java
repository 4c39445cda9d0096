package dev.hermes.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.hermes.gateway.event.Publication;
import dev.hermes.gateway.ops.LogSetup;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The work of a gateway before its first client, so that this finds the code loaded and compiled: tokens, streams that open,
 * events on their way from a publisher to sockets, clients that come back and are told what they missed. A gateway of its
 * own does it, on loopback, with its own Vert.x, log in memory, keys and counts; it knows no Redis and is gone before the
 * real one begins. Blocks; for the main thread.
 */
final class WarmUp {

    /** Half of them hear a download of their own, the others all hear the same. */
    private static final int SEATS = 32;

    private static final int EVENTS_A_SEAT = 40;
    private static final int KEY_BYTES = 16;
    private static final int ANSWER_MILLIS = 2_000;

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final EventBus bus;
    private final int port;
    private final String key;
    private final long endNanos;
    private int streams;
    private int events;

    private WarmUp(EventBus bus, int port, String key, Duration time) {
        this.bus = bus;
        this.port = port;
        this.key = key;
        this.endNanos = System.nanoTime() + time.toNanos();
    }

    /** What it was. */
    record Served(int streams, int events) {

        static final Served NOTHING = new Served(0, 0);
    }

    /**
     * Returns when the time is over.
     *
     * @param vertx for this alone; closed when it returns
     * @param time without that of the start and the end
     * @throws IOException if a client is not served as it should be
     */
    static Served run(Vertx vertx, Duration time) throws IOException {
        try {
            byte[] random = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(random);
            String key = HexFormat.of().formatHex(random);
            GatewayVerticle gateway = new GatewayVerticle();
            vertx.deployVerticle(gateway, new DeploymentOptions().setConfig(settings(key)))
                    .await();
            WarmUp warmUp = new WarmUp(vertx.eventBus(), gateway.port(), key, time);
            while (!warmUp.over()) {
                warmUp.scene();
            }
            return new Served(warmUp.streams, warmUp.events);
        } finally {
            vertx.close().await();
        }
    }

    private static JsonObject settings(String key) {
        return new JsonObject()
                .put("HERMES_ENABLE_SSE", true)
                .put("HERMES_REDIS_URL", "none")
                .put("HERMES_HOST", HERE.getHostAddress())
                .put("API_PORT", 0)
                .put("HERMES_MANAGEMENT_HOST", HERE.getHostAddress())
                .put("HERMES_MANAGEMENT_PORT", 0)
                .put("HERMES_API_KEYS", key);
    }

    /** Serves only itself and ends: what a JVM that is told to writes an archive of. */
    @CommandLine.Command(
            name = "warm-up",
            hidden = true,
            mixinStandardHelpOptions = true,
            description = "Serves itself for ten seconds and ends, for a JVM that is to write down what it has loaded.")
    static final class Command implements Callable<Integer> {

        private static final Duration TIME = Duration.ofSeconds(10);

        @Override
        public Integer call() throws IOException {
            LogSetup.silence();
            Served served = run(Vertx.vertx(new VertxOptions().setPreferNativeTransport(true)), TIME);
            System.out.println("served streams=" + served.streams() + " events=" + served.events());
            return CommandLine.ExitCode.OK;
        }
    }

    private boolean over() {
        return System.nanoTime() - endNanos >= 0;
    }

    private void scene() throws IOException {
        List<Guest> guests = new ArrayList<>();
        try {
            for (int seat = 0; seat < SEATS && !over(); seat++) {
                guests.add(new Guest(seat, mint(seat)));
            }
            for (int event = 0; event < EVENTS_A_SEAT && !over(); event++) {
                publish(guests.size());
                for (Guest guest : guests) {
                    guest.hear();
                }
            }
            if (over()) {
                return;
            }
            guests.forEach(Guest::leave);
            publish(guests.size());
            for (Guest guest : guests) {
                guest.comeBack();
                guest.hear();
            }
        } finally {
            guests.forEach(Guest::leave);
        }
    }

    private String mint(int seat) throws IOException {
        String body = "{\"scope\":\"" + scope(seat) + "\"}";
        try (Socket socket = connect()) {
            BufferedReader answer = ask(
                    socket,
                    "POST /api/v1/events/token HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                            + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body);
            String line = next(answer);
            while (!line.contains("\"token\"")) {
                line = next(answer);
            }
            return new JsonObject(line).getString("token");
        }
    }

    private static String scope(int seat) {
        return hearsDownload(seat) ? "download:" + download(seat) : "queue";
    }

    private static boolean hearsDownload(int seat) {
        return seat % 2 == 0;
    }

    private static String download(int seat) {
        return "warm-up-" + seat;
    }

    /** One event for each seat. */
    private void publish(int seats) {
        send(
                "queue:updates",
                "queue_update",
                new JsonObject().put("action", "added").put("download_id", "warm-up"));
        for (int seat = 0; seat < seats; seat += 2) {
            send(
                    "download:updates",
                    "download_progress",
                    new JsonObject()
                            .put("download_id", download(seat))
                            .put("status", "downloading")
                            .put(
                                    "progress",
                                    new JsonObject().put("percentage", 37.5).put("speed", 1_250_000.0)));
        }
    }

    private void send(String channel, String type, JsonObject data) {
        bus.send(Publication.ADDRESS, new Publication(channel, type, data));
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(HERE, port);
        socket.setSoTimeout(ANSWER_MILLIS);
        return socket;
    }

    private static BufferedReader ask(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(ISO_8859_1));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
    }

    private static String next(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new EOFException("the gateway of the warm-up ended a connection");
        }
        return line;
    }

    /** A client with a stream. */
    private final class Guest {

        private final int seat;
        private final String token;
        private Socket socket;
        private BufferedReader lines;
        private String position = "";

        Guest(int seat, String token) throws IOException {
            this.seat = seat;
            this.token = token;
            this.socket = connect();
            this.lines = open(null);
        }

        private BufferedReader open(@Nullable String lastEventId) throws IOException {
            String path = hearsDownload(seat) ? "downloads/" + download(seat) : "queue";
            BufferedReader answer = ask(
                    socket,
                    "GET /api/v1/events/" + path + "?token=" + token
                            + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                            + (lastEventId == null ? "" : "Last-Event-ID: " + lastEventId + "\r\n") + "\r\n");
            while (!next(answer).equals("event: connected")) {
                // The head, and what comes before.
            }
            streams++;
            return answer;
        }

        void comeBack() throws IOException {
            socket = connect();
            lines = open(position);
        }

        /** Waits for an event that has a place in the log. */
        void hear() throws IOException {
            String line = next(lines);
            while (!line.startsWith("id: ")) {
                line = next(lines);
            }
            position = line.substring("id: ".length());
            events++;
        }

        void leave() {
            try {
                socket.close();
            } catch (IOException gone) {
                // As wanted.
            }
        }
    }
}
