package dev.hermes.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.delivery.Hub;
import dev.hermes.gateway.delivery.HubBus;
import dev.hermes.gateway.delivery.HubSettings;
import dev.hermes.gateway.delivery.NewStream;
import dev.hermes.gateway.delivery.SseStream;
import dev.hermes.gateway.delivery.StreamPermit;
import dev.hermes.gateway.delivery.Subscription;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.loop.OwnerLoop;
import io.netty.channel.epoll.Epoll;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes below Vert.x' public API must be, to the byte, what goes through it; on either transport. */
class DirectSinkTest {

    private static final EventId START = new EventId(false, 1, 0);
    private static final Settings.Streams STREAMS = new Settings.Streams(
            Duration.ofSeconds(30),
            10,
            Settings.Streams.Shares.UNLIMITED,
            Duration.ofSeconds(300),
            Duration.ofSeconds(60),
            1_000);

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

        assertThat(direct)
                .contains("event: connected", "data: two", "event: closing")
                .endsWith("0\r\n\r\n");
        assertSame(direct, throughVertx);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eventsThatAreFlushedOneByOneAreTheSameBytesToo(boolean nativeTransport) throws Exception {
        Vertx vertx = nativeTransport ? epoll : nio;
        String direct = body(vertx, new HttpServerOptions(), new StreamSinks(), Serving::deliverOneByOne);

        assertThat(direct).contains("data: 0\n").contains("data: 9\n");
        assertSame(direct, body(vertx, indirect(), new StreamSinks(), Serving::deliverOneByOne));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatAFullSocketDoesNotTakeFollowsInOrder(boolean nativeTransport) throws Exception {
        Vertx vertx = nativeTransport ? epoll : nio;
        // Far more than both sockets' buffers, in frames of which hardly any ends where a buffer does.
        String direct =
                body(vertx, new HttpServerOptions().setSendBufferSize(4_096), new StreamSinks(), Serving::deliverMuch);

        assertSame(direct, body(vertx, indirect(), new StreamSinks(), Serving::deliverMuch));
    }

    @Test
    void whatASocketTakesInPartIsFollowedByTheRest() throws Exception {
        // Loopback takes all of a small frame or nothing.
        StreamSinks greedy = new StreamSinks(DirectSink.SocketSend::of);
        StreamSinks sparing = new StreamSinks(channel -> {
            DirectSink.Shortcut whole = DirectSink.SocketSend.of(channel);
            return whole == null ? null : bytes -> whole.send(bytes.slice(bytes.readerIndex(), 7));
        });

        assertSame(
                body(epoll, new HttpServerOptions(), greedy, Serving::deliverOneByOne),
                body(epoll, new HttpServerOptions(), sparing, Serving::deliverOneByOne));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatTakesNothingIsCutOffAfterItsEnd(boolean directly) throws Exception {
        HttpServerOptions options = (directly ? new HttpServerOptions() : indirect()).setSendBufferSize(4_096);
        Serving serving = on(epoll, () -> Serving.start(epoll, plain(options), new StreamSinks(), new AtomicBoolean()));
        try (Socket socket = connected(serving)) {
            readTo(socket, new StringBuilder(), "event: connected");
            on(epoll, () -> serving.deliver(Serving::deliverMuch));
            // Until the kernel's buffers are full too, it seems to take something; then it has its time, and a last
            // one.
            for (int pass = 0; pass < 4; pass++) {
                on(epoll, () -> serving.pass(STREAMS.stallTimeout()));
            }

            serving.gone().future().await(20, TimeUnit.SECONDS);
        } finally {
            on(epoll, serving::close);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatTakesLittleAtATimeIsNotCutOff(boolean directly) throws Exception {
        HttpServerOptions options = (directly ? new HttpServerOptions() : indirect()).setSendBufferSize(4_096);
        Serving serving = on(epoll, () -> Serving.start(epoll, plain(options), new StreamSinks(), new AtomicBoolean()));
        try (Socket socket = connected(serving)) {
            readTo(socket, new StringBuilder(), "event: connected");
            on(epoll, () -> serving.deliver(Serving::deliverMuch));
            StringBuilder read = new StringBuilder();
            for (int step = 0; step < 8; step++) {
                // More than both sockets' buffers hold, so the gateway has written since the step before.
                readMore(socket, read, 80_000);
                on(epoll, () -> serving.pass(STREAMS.stallTimeout().dividedBy(3)));
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

    /** An idle timeout puts a handler of its own between the stream and the socket. */
    private static HttpServerOptions indirect() {
        return new HttpServerOptions().setIdleTimeout(60);
    }

    /** Everything after the head of a stream that is opened, gets events and is ended, without its random name. */
    private static String body(Vertx vertx, HttpServerOptions options, StreamSinks sinks, Consumer<Serving> deliver)
            throws Exception {
        AtomicBoolean recognised = new AtomicBoolean();
        Serving serving = on(vertx, () -> Serving.start(vertx, plain(options), sinks, recognised));
        try (Socket socket = connected(serving)) {
            StringBuilder read = new StringBuilder();
            readTo(socket, read, "event: connected");
            on(vertx, () -> serving.deliver(deliver));
            readTo(socket, read, "data: last");
            on(vertx, serving::end);
            readTo(socket, read, "\r\n0\r\n\r\n");
            assertThat(recognised.get()).isEqualTo(options.getIdleTimeout() == 0);
            return read.substring(read.indexOf("\r\n\r\n") + 4).replaceAll("conn_[0-9a-f-]{36}", "conn_");
        } finally {
            on(vertx, serving::close);
        }
    }

    /** A client with little room, whose request is sent. */
    private static Socket connected(Serving serving) throws Exception {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), serving.server().actualPort()));
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static HttpServerOptions plain(HttpServerOptions options) {
        return options.setStrictThreadMode(true)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false);
    }

    private static void readTo(Socket socket, StringBuilder read, String end) throws Exception {
        byte[] bytes = new byte[8_192];
        while (read.indexOf(end) < 0) {
            int count = socket.getInputStream().read(bytes);
            assertThat(count).as("the stream went on").isPositive();
            read.append(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
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

    /** A hub and a port of its own, on one loop; chance and time are the same for all of them. */
    private record Serving(Hub hub, HttpServer server, AtomicLong millis, Promise<Void> gone) {

        static Future<Serving> start(
                Vertx vertx, HttpServerOptions options, StreamSinks sinks, AtomicBoolean recognised) {
            AtomicLong millis = new AtomicLong();
            HubSettings.Clocks time = new HubSettings.Clocks(millis::get, InstantSource.fixed(Instant.EPOCH));
            HubSettings settings =
                    HubSettings.of(STREAMS, Map.of("news", Channel.CatchUp.ALL), new SplittableRandom(1));
            Hub hub = new Hub(
                    OwnerLoop.current(vertx),
                    settings,
                    new NoHistory(),
                    permits -> Future.succeededFuture(),
                    time,
                    START);
            Promise<Void> gone = Promise.promise();
            HttpServer server = vertx.createHttpServer(options).requestHandler(request -> {
                request.connection().closeHandler(gone::tryComplete);
                recognised.set(DirectSink.recognises(request));
                sinks.open(request, sink -> hub.open(opening(), sink));
            });
            return server.listen(0, "127.0.0.1").map(listening -> new Serving(hub, server, millis, gone));
        }

        private static NewStream opening() {
            return new NewStream(
                    new Subscription(Map.of("news", Subscription.ChannelFilter.EVERYTHING)),
                    new EventLog.StartPosition(START, null, List.of()),
                    List.of(),
                    new Forever(),
                    new NewStream.Client("127.0.0.1", "token", null),
                    0,
                    broke -> {});
        }

        void deliverTogether() {
            deliver(event(1, "{}"), event(2, "one\r\ntwo\rthree\nü€😀"), event(3, "x".repeat(300_000)));
        }

        void deliverOneByOne() {
            for (int number = 0; number < 10; number++) {
                deliver(event(number + 1, Integer.toString(number)));
            }
        }

        void deliverMuch() {
            for (int number = 1; number <= 200; number++) {
                deliver(event(number, number + "x".repeat(4_001)));
            }
        }

        Future<Void> deliver(Consumer<Serving> what) {
            what.accept(this);
            deliver(event(1_000, "last"));
            return Future.succeededFuture();
        }

        private void deliver(LogEntry... entries) {
            hub.onBatch(new HubBus.Signal.EventBatch(List.of(entries), 0));
        }

        Future<Void> pass(Duration time) {
            millis.addAndGet(time.toMillis());
            hub.tick();
            return Future.succeededFuture();
        }

        Future<Void> end() {
            hub.endAll(SseStream.CloseReason.SERVER_SHUTDOWN, Duration.ZERO);
            return pass(Duration.ofSeconds(1));
        }

        Future<Void> close() {
            return server.close().onComplete(closed -> hub.close());
        }

        private static LogEntry event(int number, String data) {
            return new Event(
                    new EventId(false, 1, number),
                    new Envelope("news", "update", null, Map.of(), Buffer.buffer(data), "2026-01-01T00:00:00Z"));
        }
    }

    private record Forever() implements StreamPermit {
        @Override
        public @Nullable Instant expiresAt() {
            return null;
        }

        @Override
        public boolean revocable() {
            return false;
        }

        @Override
        public Scope scope() {
            return (channel, key) -> true;
        }
    }

    /** Nobody here is so far behind. */
    private record NoHistory() implements EventLog {
        @Override
        public Future<List<EventId>> append(List<Envelope> envelopes) {
            return Future.failedFuture("not asked for");
        }

        @Override
        public Future<EventId> position() {
            return Future.succeededFuture(START);
        }

        @Override
        public Future<EventLog.StartPosition> open(Cursor cursor, List<EventLog.StartPosition.LatestQuery> recalls) {
            return Future.failedFuture("not asked for");
        }

        @Override
        public Future<@Nullable LogEntry> entry(EventId id) {
            return Future.failedFuture("not asked for");
        }

        @Override
        public Future<EventLog.ReadResult> read(EventId after, int maxEntries) {
            return Future.failedFuture("not asked for");
        }

        @Override
        public Future<Void> close() {
            return Future.succeededFuture();
        }
    }
}
