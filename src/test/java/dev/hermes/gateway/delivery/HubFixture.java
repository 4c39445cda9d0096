package dev.hermes.gateway.delivery;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.http.Admission;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.memory.MemoryLog;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A hub on a memory log, with time, batches and the log's answers in the test's hand. Made and used on one event loop.
 */
public final class HubFixture {

    static final Map<String, Channel.CatchUp> RULES = Map.of(
            "a", Channel.CatchUp.ALL,
            "b", Channel.CatchUp.ALL,
            "c", Channel.CatchUp.ALL,
            "progress", Channel.CatchUp.LATEST_PER_KEY,
            "stats", Channel.CatchUp.LATEST);
    static final Set<String> CHANNELS = RULES.keySet();
    public static final Subscription ALL_OF_A = new Subscription(Map.of("a", Subscription.ChannelFilter.EVERYTHING));

    static final StreamPermit ENDLESS = new TestLease(null, false);

    static final NewStream.Client CLIENT = new NewStream.Client("192.0.2.7", "token", "somebody", null);

    /** A permit as a test wants it. */
    record TestLease(@Nullable Instant expiresAt, boolean revocable) implements StreamPermit {

        @Override
        public Scope scope() {
            return (channel, key) -> true;
        }
    }

    /** How large everything is. */
    record Sizes(int windowEntries, long windowBytes, CatchUp.Pace pace, int logEntries, long logBytes) {

        /** Of frames made for one client each: a few of those that a full client of {@link MemorySink} has. */
        static final long OWN_FRAME_BYTES = 5_000;

        static final long OWN_PAGE_BYTES = 10_000;

        static final Sizes USUAL = new Sizes(4_096, 16 << 20, CatchUp.Pace.USUAL, 100_000, 64 << 20);
        static final Sizes SMALL =
                new Sizes(16, 1 << 20, new CatchUp.Pace(5, 20, 7, 2, LiveDelivery.Pace.USUAL), 100_000, 64 << 20);
    }

    static final Settings.Streams STREAMS = new Settings.Streams(
            Duration.ofSeconds(30),
            1_000,
            Settings.Streams.Shares.UNLIMITED,
            Duration.ZERO,
            Duration.ofSeconds(60),
            1_000);

    final MemorySink.Memory memory = new MemorySink.Memory();
    final Admission admission = new Admission(10_000, Settings.Streams.Shares.UNLIMITED);
    final ArrayDeque<HubBus.Signal.EventBatch> batches = new ArrayDeque<>();
    final SteppedLog log;
    final Ledger ledger;
    final Hub hub;

    /** What the next check of permits gives. */
    StreamPermit.Checker checker = permits -> Future.succeededFuture(
            permits.stream().map(permit -> StreamPermit.State.VALID).toList());

    private long elapsedMillis;
    private int published;

    HubFixture(Vertx vertx, Sizes sizes, Settings.Streams streams, long seed) {
        Settings.History bounds = new Settings.History(
                Settings.History.Store.MEMORY, sizes.logEntries(), Duration.ofHours(1), sizes.logBytes(), 4 << 20);
        InstantSource wall = this::wallNow;
        MemoryLog memoryLog = new MemoryLog(vertx, bounds, CHANNELS, wall, this::now, new Logged());
        this.log = new SteppedLog(memoryLog);
        EventId start = open(new Cursor.Fresh()).position();
        this.ledger = new Ledger(start);
        this.hub = new Hub(
                OwnerLoop.current(vertx),
                new HubSettings(
                        streams,
                        sizes.windowEntries(),
                        sizes.windowBytes(),
                        Sizes.OWN_FRAME_BYTES,
                        Sizes.OWN_PAGE_BYTES,
                        RULES,
                        new Random(seed)),
                log,
                permits -> checker.check(permits),
                new HubSettings.Clocks(this::now, wall),
                start,
                sizes.pace());
    }

    long now() {
        return elapsedMillis;
    }

    Instant wallNow() {
        return Instant.parse("2026-01-01T00:00:00Z").plusMillis(elapsedMillis);
    }

    /** Moves time on, and ticks as often as the hub wants it. */
    void pass(Duration time) {
        long until = elapsedMillis + time.toMillis();
        long step = Hub.TICK.toMillis();
        while (elapsedMillis < until) {
            elapsedMillis = Math.min(until, elapsedMillis + step);
            hub.tick();
        }
    }

    /** Whatever was appended and not delivered never arrives at the hub, which learns of it unless it has more to do. */
    void miss() {
        if (hub.isIdle()) {
            batches.clear();
            hub.onReached(open(new Cursor.Fresh()).position());
        }
    }

    /** Moves time on, and ticks only then: the machine was asleep. */
    void jump(Duration time) {
        elapsedMillis += time.toMillis();
        hub.tick();
    }

    private final class Logged implements EventLog.Outlet {

        @Override
        public void accept(List<LogEntry> entries, long receivedNanos) {
            ledger.add(entries);
            batches.add(new HubBus.Signal.EventBatch(entries, receivedNanos));
        }

        @Override
        public void lost(EventId resumedAt) {
            throw new AssertionError("a log in memory is never lost");
        }
    }

    /** The log takes that many events of channel a; the hub hears of them with {@link #deliver()}. */
    List<EventId> append(int events) {
        return append(java.util.stream.IntStream.range(0, events)
                .mapToObj(index -> envelope("a", null, Map.of(), 0))
                .toList());
    }

    List<EventId> append(List<Envelope> envelopes) {
        return log.append(envelopes).result();
    }

    LogEntry.GapEntry appendHole() {
        return log.declareHole(wallNow().minusSeconds(5), wallNow()).result();
    }

    Envelope envelope(String channel, @Nullable String key, Map<String, String> fields, int padding) {
        String data = "{\"n\":" + published++ + ",\"pad\":\"" + "x".repeat(padding) + "\"}";
        return new Envelope(
                channel, "update", key, fields, Buffer.buffer(data), wallNow().toString());
    }

    /** What an operator is told who asks about that stream and that entry of the log. */
    Explanation explain(SseStream stream, LogEntry entry) {
        Channel channel =
                entry instanceof Event event ? channel(event.envelope().channel()) : null;
        return Objects.requireNonNull(
                hub.explain(new Explanation.Question(stream.id(), entry.id(), entry, channel)), "no such stream");
    }

    private static Channel channel(String name) {
        return new Channel(
                name,
                List.of(),
                List.of(),
                "update",
                new Channel.ScopeRule(name, false),
                null,
                List.of(),
                null,
                Channel.OnConnect.NOTHING,
                null,
                Objects.requireNonNull(RULES.getOrDefault(name, Channel.CatchUp.ALL)));
    }

    void deliver() {
        for (HubBus.Signal.EventBatch batch = batches.poll(); batch != null; batch = batches.poll()) {
            hub.onBatch(batch);
        }
    }

    void publish(int events) {
        append(events);
        deliver();
    }

    EventLog.StartPosition open(Cursor cursor) {
        return log.open(cursor, List.of()).result();
    }

    /** A client of channel a that takes everything. */
    MemorySink connect() {
        return connect(ALL_OF_A, open(new Cursor.Fresh()), ENDLESS);
    }

    MemorySink connect(Subscription subscription, EventLog.StartPosition opening, StreamPermit permit) {
        return connect(subscription, opening, List.of(), permit, MemorySink.UNLIMITED)
                .sink();
    }

    /** Both ends of one stream. */
    record Connection(SseStream stream, MemorySink sink) {}

    Connection connect(
            Subscription subscription,
            EventLog.StartPosition opening,
            List<NewStream.Greeting> greetings,
            StreamPermit permit,
            long allowance) {
        MemorySink sink = new MemorySink(memory, allowance);
        Admission.Ticket ticket = admission.stream(Admission.Claimant.at("client"));
        if (ticket == null) {
            throw new AssertionError("no place left");
        }
        SseStream stream = hub.open(
                new NewStream(
                        UUID.randomUUID(),
                        subscription,
                        opening,
                        greetings,
                        permit,
                        CLIENT,
                        ticket.retryMillis(),
                        broke -> ticket.release()),
                sink);
        sink.belongsTo(stream);
        return new Connection(stream, sink);
    }
}
