package dev.hermes.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.hermes.gateway.fixture.Http2Wire;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that are no streams end, each by its own limit, on a clock that stands still until a test lets it go. */
class ConnectionSweepTest {

    private static final int SWEEP_MILLIS = 20;
    private static final String GET = "GET /answered HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String WAIT = "GET /waiting HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String ANSWER = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    private static final String LARGE = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final int LARGE_BYTES = 16 << 20;

    private static final byte[] PING = Http2Wire.frame(Http2Wire.PING, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);

    /** Long enough not to come first, and the test's end if it is the only one left. */
    private static final long FAR = 600_000;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger sweeps = new AtomicInteger();
    private volatile boolean timePasses;

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    /** Answers {@code /answered} at once, after the body; never anything else. */
    private final class Server extends VerticleBase {

        private final ConnectionSweep.Limits limits;
        private final Doorman doorman;
        private int port;

        Server(ConnectionSweep.Limits limits, int mostConnections) {
            this.limits = limits;
            this.doorman = new Doorman(mostConnections);
        }

        @Override
        public Future<?> start() {
            ConnectionSweep sweep = new ConnectionSweep(limits, now::get);
            vertx.setPeriodic(SWEEP_MILLIS, tick -> {
                if (timePasses) {
                    now.addAndGet(SWEEP_MILLIS);
                }
                sweep.sweep();
                sweeps.incrementAndGet();
            });
            doorman.serves(context, sweep);
            HttpServer created = vertx.createHttpServer(new HttpServerOptions().setStrictThreadMode(true));
            return created.connectionHandler(connection -> {
                        doorman.standWhere(connection);
                        sweep.opened(connection);
                    })
                    .requestHandler(request -> {
                        sweep.requested(request);
                        served.incrementAndGet();
                        if (request.path().equals("/answered")) {
                            request.endHandler(read -> request.response().end("ok"));
                        } else if (request.path().equals("/large")) {
                            request.response().end(Buffer.buffer(new byte[LARGE_BYTES]));
                        }
                    })
                    .listen(0, "127.0.0.1")
                    .onSuccess(listening -> port = listening.actualPort());
        }
    }

    private int start(long head, long body, long idle) throws IOException {
        return start(new ConnectionSweep.Limits(head, body, idle, 1_000), Integer.MAX_VALUE);
    }

    private int start(ConnectionSweep.Limits limits, int mostConnections) throws IOException {
        Server started = new Server(limits, mostConnections);
        vertx.deployVerticle(started).await();
        try (Socket first = connect(started.port)) {
            send(first, GET);
            assertThat(read(first, ANSWER.length())).isEqualTo(ANSWER);
        }
        started.doorman.standing().await();
        return started.port;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "P", "PRI * HTTP/2.0\r\n", "GET /answered HTTP/1.1\r\nHost: loc"})
    void aConnectionWhoseHeadDoesNotComeEnds(String half) throws IOException {
        int port = start(200, FAR, FAR);
        try (Socket socket = connect(port)) {
            send(socket, half);
            assertEnds(socket);
        }
    }

    @Test
    void aHeadThatComesByDripsEnds() throws IOException {
        int port = start(400, FAR, FAR);
        try (Socket socket = connect(port)) {
            send(socket, "GET /answered HTTP/1.1\r\n");
            timePasses = true;
            Awaitility.await().pollInterval(java.time.Duration.ofMillis(50)).until(() -> {
                try {
                    send(socket, "X-Drip: drop\r\n");
                    return false;
                } catch (SocketException closed) {
                    return true;
                }
            });
        }
    }

    @Test
    void aHeadThatIsBegunAfterAnAnswerMustComeAsFast() throws IOException {
        int port = start(300, FAR, FAR);
        try (Socket socket = connect(port)) {
            send(socket, GET);
            assertThat(read(socket, ANSWER.length())).isEqualTo(ANSWER);
            send(socket, "GET /answered HTTP/1.1\r\nHost: loc");
            assertEnds(socket);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100", "Transfer-Encoding: chunked"})
    void aConnectionWhoseBodyDoesNotComeEnds(String framing) throws IOException {
        int port = start(FAR, 200, FAR);
        try (Socket socket = connect(port)) {
            send(socket, "POST /answered HTTP/1.1\r\nHost: localhost\r\n" + framing + "\r\n\r\n5\r\nhello");
            assertEnds(socket);
        }
    }

    @Test
    void aConnectionThatIsKeptAliveForNothingEnds() throws IOException {
        int port = start(FAR, FAR, 200);
        try (Socket socket = connect(port)) {
            send(socket, GET);
            assertThat(read(socket, ANSWER.length())).isEqualTo(ANSWER);
            assertEnds(socket);
        }
    }

    /** More than a socket holds in each, so that the gateway sees each portion that is read; the second head waits meanwhile. */
    @Test
    void aClientThatTakesItsAnswersSlowlyStaysAndOneThatTakesNothingEnds() throws IOException {
        int portion = 4 << 20;
        int port = start(1_000, FAR, 1_000);
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(64 * 1_024);
            socket.setSoTimeout(10_000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
            send(socket, LARGE + LARGE);
            for (int taken = 0; taken < LARGE_BYTES + portion; taken += portion) {
                assertThat(socket.getInputStream().readNBytes(portion)).hasSize(portion);
                now.addAndGet(900);
                awaitSweep();
            }
            assertThat(served.get()).isEqualTo(3);

            now.addAndGet(1_001);
            awaitSweep();
            assertThat(hasMore(socket, LARGE_BYTES)).isFalse();
        }
    }

    /** One that begins after this was called. */
    private void awaitSweep() {
        int swept = sweeps.get();
        Awaitility.await().until(() -> sweeps.get() > swept + 1);
    }

    /** Whether there are so many bytes before the end. */
    private static boolean hasMore(Socket socket, int bytes) {
        try {
            return socket.getInputStream().readNBytes(bytes).length == bytes;
        } catch (IOException end) {
            return false;
        }
    }

    @Test
    void aRequestThatIsBeingAnsweredIsNotIdle() throws IOException {
        int port = start(100, 100, 100);
        try (Socket waiting = connect(port);
                Socket silent = connect(port)) {
            send(waiting, WAIT);
            Awaitility.await().until(() -> served.get() == 2);
            assertEnds(silent);
            Awaitility.await().until(() -> now.get() > 1_000);
            waiting.setSoTimeout(10);
            assertThatCode(() -> waiting.getInputStream().read()).isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    @Test
    void anHttp2ConnectionWithoutStreamsEnds() throws IOException {
        int port = start(FAR, FAR, 300);
        try (Http2Wire wire = Http2Wire.connect(port)) {
            wire.get(1, "/answered", "localhost", "");
            assertThat(wire.next(Http2Wire.DATA, 1).endStream()).isTrue();
            timePasses = true;
            wire.untilClosed();
        }
    }

    @Test
    void anHttp2ClientThatNeverAcknowledgesOurSettingsIsCut() throws IOException {
        int port = start(300, FAR, FAR);
        try (Http2Wire wire = Http2Wire.connect(port).neverAcknowledging()) {
            wire.get(1, "/waiting", "localhost", "");
            timePasses = true;
            wire.untilClosed();
        }
    }

    @Test
    void anHttp2ClientThatAcknowledgesKeepsItsStream() throws IOException {
        int port = start(200, FAR, 200);
        try (Http2Wire wire = Http2Wire.connect(port);
                Socket silent = connect(port)) {
            wire.get(1, "/waiting", "localhost", "");
            // It acknowledges while it waits for this, and before it sends the next one.
            wire.send(PING);
            assertThat(wire.next(Http2Wire.PING, 0).payload().length()).isEqualTo(8);
            wire.send(PING);
            assertThat(wire.next(Http2Wire.PING, 0).payload().length()).isEqualTo(8);
            assertEnds(silent);
            Awaitility.await().until(() -> now.get() > 2_000);
            wire.send(PING);
            assertThat(wire.next(Http2Wire.PING, 0).payload().length()).isEqualTo(8);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Http2Wire.PRIORITY, Http2Wire.WINDOW_UPDATE, Http2Wire.PING})
    void anHttp2ClientThatFloodsIsCut(int type) throws IOException {
        int port = start(FAR, FAR, FAR);
        byte[] frame = switch (type) {
            case Http2Wire.PRIORITY -> Http2Wire.frame(type, 0, 1, 0, 0, 0, 0, 1);
            case Http2Wire.WINDOW_UPDATE -> Http2Wire.frame(type, 0, 0, 0, 0, 0, 1);
            case Http2Wire.PING -> PING;
            default -> Http2Wire.frame(type, 0, 1, 7);
        };
        byte[] flood = frame;
        for (int doubled = 0; doubled < 14; doubled++) {
            flood = Buffer.buffer(flood).appendBytes(flood).getBytes();
        }
        byte[] all = flood;
        try (Http2Wire wire = Http2Wire.connect(port)) {
            Awaitility.await().until(() -> {
                try {
                    wire.send(all);
                    return false;
                } catch (SocketException cut) {
                    return true;
                }
            });
        }
    }

    @Test
    void moreConnectionsThanThereAreDescriptorsForAreTurnedAway() throws IOException {
        int port = start(new ConnectionSweep.Limits(FAR, FAR, FAR, 1_000), 3);
        List<Socket> open = new ArrayList<>();
        try (Socket served = connect(port)) {
            send(served, GET);
            assertThat(read(served, ANSWER.length())).isEqualTo(ANSWER);
            for (int count = 0; count < 10; count++) {
                open.add(connect(port));
            }
            assertEnds(open.get(9));
            timePasses = false;
            for (Socket socket : open) {
                socket.close();
            }
            // Places come back with those who leave.
            Awaitility.await().ignoreExceptionsInstanceOf(IOException.class).until(() -> {
                try (Socket next = connect(port)) {
                    send(next, GET);
                    return read(next, ANSWER.length()).equals(ANSWER);
                }
            });
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(10_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
        return socket;
    }

    private static void send(Socket socket, String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
    }

    private static String read(Socket socket, int bytes) throws IOException {
        return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
    }

    /** Fails, by the socket's timeout, when it is left open. */
    private void assertEnds(Socket socket) throws IOException {
        timePasses = true;
        InputStream in = socket.getInputStream();
        try {
            assertThat(in.readAllBytes()).isEmpty();
        } catch (SocketException reset) {
            // An end as well.
        }
    }
}
