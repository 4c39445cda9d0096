package dev.hermes.gateway;

import static io.vertx.redis.client.Command.PUBLISH;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.hermes.gateway.event.Publication;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The work of a gateway before its first client, so that this finds the code loaded and compiled: tokens, streams that open,
 * events on their way from a publisher to sockets, clients that come back and are told what they missed. A gateway of its
 * own does it, on loopback, with its own Vert.x, keys and counts, and is gone before the real one begins. Its log is in
 * memory, unless it is given a Redis of its own, as for an archive: that of the real one belongs to others. Blocks; for the
 * main thread.
 */
final class WarmUp {

    /** Half of them hear a download of their own, the others all hear the same. */
    private static final int SEATS = 32;

    private static final int EVENTS_A_SEAT = 40;
    private static final int KEY_BYTES = 16;
    private static final int ANSWER_MILLIS = 2_000;
    private static final Duration READY_LIMIT = Duration.ofSeconds(10);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final Consumer<Publication> producer;
    private final int port;
    private final String key;
    private final long endNanos;
    private int streams;
    private int events;

    private WarmUp(Consumer<Publication> producer, int port, String key, Duration time) {
        this.producer = producer;
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
     * @param redisUrl of a Redis that nobody else uses, since tokens and events stay in it; null for a log in memory
     * @throws IOException if a client is not served as it should be
     */
    static Served run(Vertx vertx, Duration time, @Nullable String redisUrl) throws IOException {
        try {
            byte[] random = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(random);
            String key = HexFormat.of().formatHex(random);
            GatewayVerticle gateway = new GatewayVerticle();
            vertx.deployVerticle(gateway, new DeploymentOptions().setConfig(settings(key, redisUrl)))
                    .await();
            awaitReadiness(gateway.managementPort());
            Consumer<Publication> producer = redisUrl == null
                    ? event -> vertx.eventBus().send(Publication.ADDRESS, event)
                    : hermes(Redis.createClient(vertx, redisUrl));
            WarmUp warmUp = new WarmUp(producer, gateway.port(), key, time);
            while (!warmUp.over()) {
                warmUp.scene();
            }
            return new Served(warmUp.streams, warmUp.events);
        } finally {
            vertx.close().await();
        }
    }

    /** Publishes as Hermes does. */
    private static Consumer<Publication> hermes(Redis redis) {
        return event -> redis.send(Request.cmd(PUBLISH)
                .arg(event.channel())
                .arg(new JsonObject()
                        .put("type", event.type())
                        .put("data", event.data())
                        .put("timestamp", Instant.now().toString())
                        .encode()));
    }

    /** A gateway's ports open before it has reached Redis. */
    private static void awaitReadiness(int managementPort) throws IOException {
        long end = System.nanoTime() + READY_LIMIT.toNanos();
        while (!ready(managementPort)) {
            if (System.nanoTime() - end >= 0) {
                throw new IOException("not ready within " + READY_LIMIT.toSeconds() + " s, as it is without its Redis");
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
    }

    private static boolean ready(int managementPort) throws IOException {
        try (Socket socket = connect(managementPort)) {
            return next(ask(socket, "GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .contains(" 200 ");
        }
    }

    private static JsonObject settings(String key, @Nullable String redisUrl) {
        return new JsonObject()
                .put("HERMES_ENABLE_SSE", true)
                .put("HERMES_REDIS_URL", redisUrl == null ? "none" : redisUrl)
                .put("HERMES_HOST", HERE.getHostAddress())
                .put("API_PORT", 0)
                .put("HERMES_MANAGEMENT_HOST", HERE.getHostAddress())
                .put("HERMES_MANAGEMENT_PORT", 0)
                .put("HERMES_API_KEYS", key);
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
        try (Socket socket = connect(port)) {
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
        producer.accept(new Publication(channel, type, data));
    }

    private static Socket connect(int port) throws IOException {
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
            this.socket = connect(port);
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
            socket = connect(port);
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
