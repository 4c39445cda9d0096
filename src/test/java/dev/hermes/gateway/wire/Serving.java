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
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A hub and a port of its own, on one loop; chance and time are the same for all of them. */
record Serving(
        Hub hub,
        HttpServer server,
        ConnectionSweep sweep,
        AtomicLong millis,
        Way way,
        AtomicReference<ChannelPipeline> pipeline,
        AtomicReference<WeakReference<RoutingContext>> routed,
        Promise<Void> gone) {

    private static final EventId START = new EventId(false, 1, 0);

    static final Settings.Streams STREAMS = new Settings.Streams(
            Duration.ofSeconds(30),
            10,
            Settings.Streams.Shares.UNLIMITED,
            Duration.ofSeconds(300),
            Duration.ofSeconds(60),
            1_000);

    /** The ways on which bytes go to a client. */
    enum Way {
        VERTX,
        DIRECT,
        BARE
    }

    private static final String FIRST = "/first";

    /** The stream of this path ends as soon as it has begun. */
    static final String BRIEF = "/brief";

    static Future<Serving> start(Vertx vertx, HttpServerOptions options, StreamSinks sinks, Way way) {
        return start(vertx, options, new HttpClientOptions(), sinks, way);
    }

    /** @param caller how this server is spoken to */
    static Future<Serving> start(
            Vertx vertx, HttpServerOptions options, HttpClientOptions caller, StreamSinks sinks, Way way) {
        AtomicLong millis = new AtomicLong();
        HubSettings.Clocks time = new HubSettings.Clocks(millis::get, InstantSource.fixed(Instant.EPOCH));
        HubSettings settings = HubSettings.of(STREAMS, Map.of("news", Channel.CatchUp.ALL), new SplittableRandom(1));
        Hub hub = new Hub(
                OwnerLoop.current(vertx), settings, new NoHistory(), permits -> Future.succeededFuture(), time, START);
        Promise<Void> gone = Promise.promise();
        AtomicReference<ChannelPipeline> pipeline = new AtomicReference<>();
        AtomicReference<WeakReference<RoutingContext>> routed = new AtomicReference<>();
        ConnectionSweep sweep = new ConnectionSweep(ConnectionSweep.Limits.USUAL, millis::get);
        Doorman doorman = new Doorman(Integer.MAX_VALUE);
        doorman.serves(vertx.getOrCreateContext(), sweep);
        Router router = Router.router(vertx);
        router.get(FIRST).handler(context -> context.response().end());
        router.get().handler(context -> {
            routed.set(new WeakReference<>(context));
            HttpServerRequest request = context.request();
            assertThat(DirectSink.recognises(request)).isEqualTo(way != Way.VERTX);
            if (way != Way.BARE) {
                StreamSinks.keepHttp(request);
            }
            ChannelPipeline own = Objects.requireNonNull(ConnectionSweep.channelOf(request.connection()))
                    .pipeline();
            pipeline.set(own);
            own.channel().closeFuture().addListener(closed -> gone.tryComplete());
            sinks.open(request, sink -> hub.open(opening(), sink));
            if (BRIEF.equals(request.path())) {
                hub.endAll(SseStream.CloseReason.SERVER_SHUTDOWN, Duration.ZERO);
                millis.addAndGet(1_000);
                hub.tick();
            }
        });
        HttpServer server = vertx.createHttpServer(options)
                .connectionHandler(connection -> {
                    doorman.standWhere(connection);
                    sweep.opened(connection);
                })
                .requestHandler(request -> {
                    sweep.requested(request);
                    router.handle(request);
                });
        HttpClient client = vertx.createHttpClient(caller);
        return server.listen(0, "127.0.0.1")
                .compose(listening -> client.request(HttpMethod.GET, listening.actualPort(), "127.0.0.1", FIRST)
                        .compose(HttpClientRequest::send)
                        .compose(first -> doorman.standing())
                        // Vert.x closes a client that nobody refers to, also in the middle of a request.
                        .eventually(client::close)
                        .map(standing -> new Serving(hub, listening, sweep, millis, way, pipeline, routed, gone)));
    }

    /** Until the connection has become what it is to be. */
    void awaitItsWay() {
        Awaitility.await()
                .until(() -> (Objects.requireNonNull(pipeline.get()).get(BareConnection.class) != null)
                        == (way == Way.BARE));
    }

    Future<Void> sweepAfter(long time) {
        millis.addAndGet(time);
        sweep.sweep();
        return Future.succeededFuture();
    }

    private static NewStream opening() {
        return new NewStream(
                UUID.randomUUID(),
                new Subscription(Map.of("news", Subscription.ChannelFilter.EVERYTHING)),
                new EventLog.StartPosition(START, null, List.of()),
                List.of(),
                new Forever(),
                new NewStream.Client("127.0.0.1", "token", null, null),
                0,
                broke -> {});
    }

    /** The last is nearly as large as what {@link PublicSink} gives Vert.x at once: beyond it the chunks are others. */
    void deliverTogether() {
        deliver(event(1, "{}"), event(2, "one\r\ntwo\rthree\nü€😀"), event(3, "x".repeat(65_000)));
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

    Future<Void> deliverLarge() {
        deliver(event(1, "x".repeat(2 << 20)));
        return Future.succeededFuture();
    }

    Future<Void> deliver(Consumer<Serving> what) {
        what.accept(this);
        deliver(event(1_000, "last"));
        return Future.succeededFuture();
    }

    Future<Void> deliverLast() {
        return deliver(nothing -> {});
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
        public Future<List<LogEntry>> upTo(EventId position, int mostEntries, long mostBytes) {
            return Future.succeededFuture(List.of());
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
