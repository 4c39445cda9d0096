package dev.hermes.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.Epoll;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes below Vert.x' public API must be, to the byte, what goes through it; on either transport. */
class DirectSinkTest {

    private final Vertx nio = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
    private final Vertx epoll = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));

    @AfterEach
    void stop() {
        epoll.close().await();
        nio.close().await();
    }

    @Test
    void whereEpollIsThereItIsWhatIsTested() {
        assertThat(epoll.isNativeTransportEnabled()).isEqualTo(Epoll.isAvailable());
        assertThat(nio.isNativeTransportEnabled()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsWrittenDirectlyIsByteForByteWhatThePublicApiWrites(boolean nativeTransport) throws Exception {
        Vertx vertx = nativeTransport ? epoll : nio;
        String direct = body(vertx, new HttpServerOptions(), new StreamSinks(), Serving::deliverTogether);
        String throughVertx = body(vertx, indirect(), new StreamSinks(), Serving::deliverTogether);
        String bare = bareBody(vertx, new HttpServerOptions(), Serving::deliverTogether);

        assertThat(direct)
                .contains("event: connected", "data: two", "event: closing")
                .endsWith("0\r\n\r\n");
        assertSame(direct, throughVertx);
        assertSame(bare, throughVertx);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eventsThatAreFlushedOneByOneAreTheSameBytesToo(boolean nativeTransport) throws Exception {
        Vertx vertx = nativeTransport ? epoll : nio;
        String direct = body(vertx, new HttpServerOptions(), new StreamSinks(), Serving::deliverOneByOne);

        assertThat(direct).contains("data: 0\n").contains("data: 9\n");
        assertSame(direct, body(vertx, indirect(), new StreamSinks(), Serving::deliverOneByOne));
        assertSame(direct, bareBody(vertx, new HttpServerOptions(), Serving::deliverOneByOne));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatAFullSocketDoesNotTakeFollowsInOrder(boolean nativeTransport) throws Exception {
        Vertx vertx = nativeTransport ? epoll : nio;
        // Far more than both sockets' buffers, in frames of which hardly any ends where a buffer does.
        String direct =
                body(vertx, new HttpServerOptions().setSendBufferSize(4_096), new StreamSinks(), Serving::deliverMuch);

        assertSame(direct, body(vertx, indirect(), new StreamSinks(), Serving::deliverMuch));
        assertSame(direct, bareBody(vertx, new HttpServerOptions().setSendBufferSize(4_096), Serving::deliverMuch));
    }

    @Test
    void whatASocketTakesInPartIsFollowedByTheRest() throws Exception {
        // Loopback takes all of a small frame or nothing.
        StreamSinks greedy = new StreamSinks(DirectSink.SocketSend::of);
        StreamSinks sparing = new StreamSinks(channel -> {
            DirectSink.Shortcut whole = DirectSink.SocketSend.of(channel);
            return whole == null ? null : (same, bytes) -> whole.send(same, bytes.slice(bytes.readerIndex(), 7));
        });

        assertSame(
                body(epoll, new HttpServerOptions(), greedy, Serving::deliverOneByOne),
                body(epoll, new HttpServerOptions(), sparing, Serving::deliverOneByOne));
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatTakesNothingIsCutOffAfterItsEnd(Serving.Way way) throws Exception {
        HttpServerOptions options =
                (way == Serving.Way.VERTX ? indirect() : new HttpServerOptions()).setSendBufferSize(4_096);
        Serving serving = on(epoll, () -> Serving.start(epoll, plain(options), new StreamSinks(), way));
        try (Socket socket = connected(serving)) {
            readTo(socket, new StringBuilder(), "event: connected");
            on(epoll, () -> serving.deliver(Serving::deliverMuch));
            // Until the kernel's buffers are full too, it seems to take something; then it has its time, and a last
            // one.
            Future<Void> gone = serving.gone().future();
            long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!gone.isComplete() && System.nanoTime() < giveUp) {
                on(epoll, () -> serving.pass(Serving.STREAMS.stallTimeout()));
            }

            assertThat(gone.succeeded()).isTrue();
        } finally {
            on(epoll, serving::close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatTakesLittleAtATimeIsNotCutOff(Serving.Way way) throws Exception {
        HttpServerOptions options =
                (way == Serving.Way.VERTX ? indirect() : new HttpServerOptions()).setSendBufferSize(4_096);
        Serving serving = on(epoll, () -> Serving.start(epoll, plain(options), new StreamSinks(), way));
        try (Socket socket = connected(serving)) {
            readTo(socket, new StringBuilder(), "event: connected");
            on(epoll, () -> serving.deliver(Serving::deliverMuch));
            StringBuilder read = new StringBuilder();
            for (int step = 0; step < 8; step++) {
                // More than both sockets' buffers hold, so the gateway has written since the step before.
                readMore(socket, read, 80_000);
                on(epoll, () -> serving.pass(Serving.STREAMS.stallTimeout().dividedBy(3)));
            }
            readTo(socket, read, "data: last");

            assertThat(read).doesNotContain("event: closing");
        } finally {
            on(epoll, serving::close);
        }
    }

    /** Without printing a megabyte when they are not. */
    private static void assertSame(String direct, String throughVertx) {
        assertThat(direct.equals(throughVertx))
                .as(
                        "the same bytes, %s and %s, from %s on",
                        direct.length(), throughVertx.length(), differAt(direct, throughVertx))
                .isTrue();
    }

    private static String differAt(String one, String other) {
        int place = Arrays.mismatch(one.toCharArray(), other.toCharArray());
        return place < 0 ? "" : place + ": " + one.substring(place, Math.min(one.length(), place + 40));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionThatCarriedAStreamIsIdleAgain(boolean nativeTransport) throws Exception {
        Vertx vertx = nativeTransport ? epoll : nio;
        Serving serving = on(
                vertx, () -> Serving.start(vertx, plain(new HttpServerOptions()), new StreamSinks(), Serving.Way.BARE));
        try (Socket socket = connected(serving)) {
            readTo(socket, new StringBuilder(), "event: connected");
            serving.awaitItsWay();
            on(vertx, () -> serving.sweepAfter(ConnectionSweep.Limits.USUAL.idleMillis()));
            on(vertx, serving::end);
            readTo(socket, new StringBuilder(), "\r\n0\r\n\r\n");
            on(vertx, () -> serving.sweepAfter(1));
            assertThat(serving.gone().future().isComplete()).isFalse();
            on(vertx, () -> serving.sweepAfter(ConnectionSweep.Limits.USUAL.idleMillis()));

            serving.gone().future().await(20, TimeUnit.SECONDS);
        } finally {
            on(vertx, serving::close);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerThatClosesEndsTheConnectionWithItsStream(boolean nativeTransport) throws Exception {
        Vertx vertx = nativeTransport ? epoll : nio;
        Serving serving = on(
                vertx, () -> Serving.start(vertx, plain(new HttpServerOptions()), new StreamSinks(), Serving.Way.BARE));
        try (Socket socket = connected(serving)) {
            StringBuilder read = new StringBuilder();
            readTo(socket, read, "event: connected");
            serving.awaitItsWay();
            vertx.runOnContext(go -> serving.server().shutdown(20, TimeUnit.SECONDS));
            on(vertx, serving::deliverLast);
            readTo(socket, read, "data: last");
            on(vertx, serving::end);

            read.append(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
            assertThat(read).contains("event: closing").endsWith("\r\n0\r\n\r\n");
        } finally {
            on(vertx, serving::close);
        }
    }

    @Test
    void whatAClosingServerStillHasToSendIsSent() throws Exception {
        HttpServerOptions options = plain(new HttpServerOptions().setSendBufferSize(4_096));
        Serving serving = on(epoll, () -> Serving.start(epoll, options, new StreamSinks(), Serving.Way.BARE));
        try (Socket socket = connected(serving)) {
            StringBuilder read = new StringBuilder();
            readTo(socket, read, "event: connected");
            serving.awaitItsWay();
            on(epoll, () -> serving.deliver(Serving::deliverMuch));
            on(epoll, serving::end);
            on(epoll, Future::succeededFuture);
            epoll.runOnContext(go -> serving.server().shutdown(20, TimeUnit.SECONDS));
            on(epoll, Future::succeededFuture);

            read.append(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
            assertThat(read).contains("event: closing").endsWith("\r\n0\r\n\r\n");
        } finally {
            on(epoll, serving::close);
        }
    }

    @Test
    void aStreamIsNoConnectionThatHasSentNothing() throws Exception {
        Serving serving = on(
                epoll, () -> Serving.start(epoll, plain(new HttpServerOptions()), new StreamSinks(), Serving.Way.BARE));
        try (Socket socket = connected(serving)) {
            StringBuilder read = new StringBuilder();
            readTo(socket, read, "event: connected");
            serving.awaitItsWay();
            on(epoll, () -> {
                serving.sweep()
                        .accepted(
                                Objects.requireNonNull(serving.pipeline().get()).channel());
                return serving.sweepAfter(ConnectionSweep.Limits.USUAL.headMillis());
            });
            on(epoll, serving::deliverLast);

            readTo(socket, read, "data: last");
        } finally {
            on(epoll, serving::close);
        }
    }

    @Test
    void theRequestBehindAStreamThatEndsAtOnceGetsItsOwnAnswer() throws Exception {
        Serving serving = on(
                epoll, () -> Serving.start(epoll, plain(new HttpServerOptions()), new StreamSinks(), Serving.Way.BARE));
        try (Socket socket =
                connected(serving, request(Serving.BRIEF, "") + request("/", "") + request(Serving.BRIEF, ""))) {
            StringBuilder read = new StringBuilder();
            readTo(socket, read, "event: closing", "event: connected");
            on(epoll, serving::deliverLast);
            readTo(socket, read, "data: last");
            on(epoll, serving::end);

            readTo(socket, read, "event: connected", "event: closing", "\r\n0\r\n\r\n");
        } finally {
            on(epoll, serving::close);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Connection: close", "Connection: keep-alive\r\nConnection: close"})
    void aConnectionThatItsClientWantsToEndEndsWithItsStream(String header) throws Exception {
        Serving serving = on(
                epoll, () -> Serving.start(epoll, plain(new HttpServerOptions()), new StreamSinks(), Serving.Way.BARE));
        try (Socket socket = connected(serving, request("/", header + "\r\n"))) {
            StringBuilder read = new StringBuilder();
            readTo(socket, read, "event: connected");
            on(epoll, serving::end);

            read.append(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
            assertThat(read).contains("event: closing").endsWith("\r\n0\r\n\r\n");
        } finally {
            on(epoll, serving::close);
        }
    }

    /** An idle timeout puts a handler of its own between the stream and the socket. */
    private static HttpServerOptions indirect() {
        return new HttpServerOptions().setIdleTimeout(60);
    }

    /** Everything after the head of a stream that is opened, gets events and is ended, without its random name. */
    private static String body(Vertx vertx, HttpServerOptions options, StreamSinks sinks, Consumer<Serving> deliver)
            throws Exception {
        return body(
                vertx, options, sinks, deliver, options.getIdleTimeout() > 0 ? Serving.Way.VERTX : Serving.Way.DIRECT);
    }

    private static String bareBody(Vertx vertx, HttpServerOptions options, Consumer<Serving> deliver) throws Exception {
        return body(vertx, options, new StreamSinks(), deliver, Serving.Way.BARE);
    }

    private static String body(
            Vertx vertx, HttpServerOptions options, StreamSinks sinks, Consumer<Serving> deliver, Serving.Way way)
            throws Exception {
        Serving serving = on(vertx, () -> Serving.start(vertx, plain(options), sinks, way));
        try (Socket socket = connected(serving)) {
            StringBuilder read = new StringBuilder();
            readTo(socket, read, "event: connected");
            serving.awaitItsWay();
            on(vertx, () -> serving.deliver(deliver));
            readTo(socket, read, "data: last");
            on(vertx, serving::end);
            readTo(socket, read, "\r\n0\r\n\r\n");
            return read.substring(read.indexOf("\r\n\r\n") + 4).replaceAll("conn_[0-9a-f-]{36}", "conn_");
        } finally {
            on(vertx, serving::close);
        }
    }

    /** A client with little room, whose request is sent. */
    private static Socket connected(Serving serving) throws Exception {
        return connected(serving, request("/", ""));
    }

    private static Socket connected(Serving serving, String requests) throws Exception {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), serving.server().actualPort()));
        socket.getOutputStream().write(requests.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String request(String path, String headers) {
        return "GET " + path + " HTTP/1.1\r\nHost: here\r\n" + headers + "\r\n";
    }

    private static HttpServerOptions plain(HttpServerOptions options) {
        return options.setStrictThreadMode(true)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false);
    }

    /** Until all of these have come, one after the other, behind what was read before. */
    private static void readTo(Socket socket, StringBuilder read, String... marks) throws Exception {
        byte[] bytes = new byte[8_192];
        int from = 0;
        for (String mark : marks) {
            while (read.indexOf(mark, from) < 0) {
                int count = socket.getInputStream().read(bytes);
                assertThat(count).as("the stream went on").isPositive();
                read.append(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
            }
            from = read.indexOf(mark, from) + mark.length();
        }
    }

    private static void readMore(Socket socket, StringBuilder read, int bytes) throws Exception {
        byte[] more = socket.getInputStream().readNBytes(bytes);
        assertThat(more).as("the stream went on").hasSize(bytes);
        read.append(new String(more, StandardCharsets.ISO_8859_1));
    }

    private static <T> T on(Vertx vertx, Supplier<Future<T>> work) throws Exception {
        Promise<T> done = Promise.promise();
        vertx.runOnContext(go -> work.get().onComplete(done));
        return done.future().await(20, TimeUnit.SECONDS);
    }
}
