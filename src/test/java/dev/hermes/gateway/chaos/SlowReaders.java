package dev.hermes.gateway.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.hermes.gateway.fixture.Background;
import dev.hermes.gateway.fixture.RedisWire;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Clients with small buffers that take nothing while more is published for them than all buffers hold. Half of them read on
 * before the gateway has lost its patience, and get all in order; the others are cut. One thread.
 */
final class SlowReaders {

    private static final int BUFFER_BYTES = 4_096;
    private static final int EVENTS = 40;
    private static final String BULK = "x".repeat(128 << 10);

    private final int redisPort;
    private final Lapse lapse;
    private final Duration stallTimeout;
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();

    /** What the events of the visit that goes on now begin with: a new stream of the channel begins with the last one. */
    private volatile String numbered = "";

    SlowReaders(int redisPort, Lapse lapse, Duration stallTimeout) {
        this.redisPort = redisPort;
        this.lapse = lapse;
        this.stallTimeout = stallTimeout;
    }

    /**
     * Returns when all of them have gone.
     *
     * @param visit another number each time
     * @param breaches hears of what such a client may not see
     */
    void visit(int visit, List<Wire.Server> servers, int each, Consumer<String> breaches) {
        numbered = "{\"visit\":" + visit + ",\"bulk\":";
        List<Socket> open = new ArrayList<>();
        List<Thread> catchingUp = new ArrayList<>();
        List<InputStream> cut = new ArrayList<>();
        try {
            for (Wire.Server server : servers) {
                for (int reader = 0; reader < each; reader++) {
                    InputStream in = open(server, open);
                    if (reader % 2 == 0) {
                        cut.add(in);
                    } else {
                        catchingUp.add(Background.daemon("slow-reader", () -> readOn(in)));
                    }
                }
            }
            publish();
            lapse.pass(stallTimeout.dividedBy(3));
            catchingUp.forEach(Thread::start);
            catchingUp.forEach(Background::join);
            // The kernel's buffer may grow for a while, by a little with each of its probes, and that is progress.
            lapse.pass(stallTimeout.multipliedBy(3));
            cut.forEach(this::readToTheEnd);
        } catch (IOException failure) {
            problems.add("a slow reader could not begin: " + failure);
        } finally {
            open.forEach(Wire::close);
        }
        problems.forEach(breaches);
        problems.clear();
    }

    private static InputStream open(Wire.Server server, List<Socket> open) throws IOException {
        String token = Wire.exchange(
                        server,
                        "POST",
                        "/api/v1/events/token",
                        Deployment.API_KEY,
                        "{\"scope\":\"storage\",\"ttl\":600}")
                .body()
                .replaceAll("(?s).*\"token\":\"([A-Za-z0-9_-]+)\".*", "$1");
        Socket fresh = new Socket();
        open.add(fresh);
        fresh.setReceiveBufferSize(BUFFER_BYTES);
        fresh.setSoTimeout(20_000);
        Socket socket = server.over(fresh);
        socket.getOutputStream()
                .write(("GET /api/v1/events/stream?channels=storage:updates&token=" + token
                                + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
                        .getBytes(US_ASCII));
        InputStream in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
        pass(in, "");
        InputStream stream = new ChunkedBody(in);
        pass(stream, "event: connected");
        return stream;
    }

    private static void pass(InputStream in, String line) throws IOException {
        while (!Wire.line(in).equals(line)) {
            // Of no interest here.
        }
    }

    private void publish() throws IOException {
        try (RedisWire redis = new RedisWire(redisPort, 10_000)) {
            for (int number = 0; number < EVENTS; number++) {
                redis.send(
                        "XADD",
                        "hermes:events",
                        "*",
                        "channel",
                        "storage:updates",
                        "type",
                        "storage_update",
                        "data",
                        numbered + number + ",\"pad\":\"" + BULK + "\"}",
                        "timestamp",
                        "2026-11-23T09:13:33+00:00");
            }
        }
    }

    private void readOn(InputStream in) {
        int expected = 0;
        try {
            while (expected < EVENTS) {
                String line = Wire.line(in);
                int number = number(line);
                if (number >= 0) {
                    if (number != expected) {
                        problems.add("a slow reader got " + number + " where " + expected + " was due");
                        return;
                    }
                    expected++;
                } else if (line.equals("event: gap")) {
                    problems.add("a slow reader was told of a gap before " + expected);
                    return;
                }
            }
        } catch (IOException failure) {
            problems.add("a slow reader that read on in time was cut before " + expected + ": " + failure);
        }
    }

    /** Of an event of this visit; -1 for any other line. */
    private int number(String line) {
        String begin = "data: " + numbered;
        return line.startsWith(begin)
                ? Integer.parseInt(line, begin.length(), line.indexOf(',', begin.length()), 10)
                : -1;
    }

    private void readToTheEnd(InputStream in) {
        try {
            int last = -1;
            while (last < EVENTS - 1) {
                last = Math.max(last, number(Wire.line(in)));
            }
            problems.add("a slow reader was not cut");
        } catch (SocketTimeoutException open) {
            problems.add("a slow reader got nothing more, but was not cut");
        } catch (IOException cut) {
            // As it should be.
        }
    }
}
