package dev.hermes.gateway;

import dev.hermes.gateway.auth.TokenStore;
import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.event.EventBatch;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.event.OwnerLoop;
import dev.hermes.gateway.event.Signal;
import dev.hermes.gateway.ingest.BusDoor;
import dev.hermes.gateway.ingest.ChannelDirectory;
import dev.hermes.gateway.ingest.Publisher;
import dev.hermes.gateway.ingest.RedisIngest;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.MemoryLog;
import dev.hermes.gateway.log.RedisSnapshots;
import dev.hermes.gateway.log.SnapshotReader;
import dev.hermes.gateway.redis.LinkState;
import dev.hermes.gateway.redis.RedisLink;
import dev.hermes.gateway.redis.RedisLinkListener;
import dev.hermes.gateway.redis.RedisMessage;
import dev.hermes.gateway.redis.Subscriptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The way in, up to the event bus: Redis, its messages, the log, and the doors of this JVM. Owned by the event loop it is
 * made on.
 */
final class Intake implements RedisLinkListener {

    private static final DeliveryOptions THIS_JVM = new DeliveryOptions().setLocalOnly(true);

    /** Entries a hub takes in one turn of its loop: what that turn costs is they times those who listen. */
    private static final int ENTRIES_A_TURN = 64;

    /** How long a loss may go unnoticed: a canary is sent every second, and may be under way for three. */
    private static final Duration UNNOTICED = Duration.ofSeconds(4);

    private final Vertx vertx;
    private final String signals;
    private final InstantSource clock = InstantSource.system();
    private final ChannelDirectory channels;
    private final EnvelopeParser parser;
    private final EventLog log;
    private final Publisher publisher;
    private final BusDoor busDoor;
    private final TokenStore tokens;
    private final SnapshotReader snapshots;
    private final @Nullable RedisLink redis;
    private final @Nullable RedisIngest ingest;

    /**
     * @param signals the event bus address of the hubs
     */
    Intake(Vertx vertx, Settings settings, String signals) {
        this.vertx = vertx;
        this.signals = signals;
        OwnerLoop loop = OwnerLoop.current(vertx);
        this.channels = new ChannelDirectory(settings.catalogue());
        this.parser = new EnvelopeParser(channels.fields(), settings.history().maxEventBytes());
        this.log = new MemoryLog(vertx, settings.history(), recallable(settings), clock, this::deliver);
        this.publisher =
                new Publisher(loop, log, settings.catalogue().channels().keySet());
        if (settings.redis().present()) {
            RedisLink link = new RedisLink(
                    vertx, settings.redis(), new Subscriptions(channels.names(), channels.patterns()), this);
            this.redis = link;
            this.ingest = new RedisIngest(loop, channels, parser, publisher, link.commands(), clock);
            this.tokens = TokenStore.redis(link.commands(), clock);
            this.snapshots = new RedisSnapshots(link.commands());
        } else {
            this.redis = null;
            this.ingest = null;
            this.tokens = TokenStore.memory(clock);
            this.snapshots = SnapshotReader.none();
        }
        this.busDoor = new BusDoor(vertx, channels, parser, publisher, clock);
    }

    private static Set<String> recallable(Settings settings) {
        return settings.catalogue().channels().values().stream()
                .filter(channel -> channel.onConnect() != Channel.OnConnect.NOTHING)
                .map(Channel::name)
                .collect(Collectors.toSet());
    }

    /** Completes when the first attempt to reach Redis has succeeded or failed, at most 3 s later. */
    Future<Void> start() {
        return redis == null ? Future.succeededFuture() : redis.start();
    }

    /** In reverse: the doors, the log, Redis. */
    Future<Void> close() {
        return busDoor.close()
                .eventually(log::close)
                .eventually(() -> redis == null ? Future.succeededFuture() : redis.close());
    }

    /** Hands what follows in the log to every hub, in pieces, so that a burst leaves room for others between them. */
    private void deliver(List<LogEntry> entries) {
        long receivedNanos = System.nanoTime();
        for (int from = 0; from < entries.size(); from += ENTRIES_A_TURN) {
            int to = Math.min(entries.size(), from + ENTRIES_A_TURN);
            tell(new EventBatch(entries.subList(from, to), receivedNanos));
        }
    }

    /** Tells every hub, in order. */
    void tell(Signal signal) {
        vertx.eventBus().publish(signals, signal, THIS_JVM);
    }

    @Override
    public void onMessage(RedisMessage message) {
        if (ingest != null) {
            ingest.onMessage(message);
        }
    }

    @Override
    public void onUp(@Nullable Instant downSince) {
        if (downSince != null) {
            Instant now = clock.instant();
            tell(new Signal.BackendUp(now));
            // Pub/sub forgets what nobody heard, and this gateway alone keeps this log.
            log.declareHole(downSince.minus(UNNOTICED), now);
        }
    }

    @Override
    public void onDown(String reason) {
        tell(new Signal.BackendDown(clock.instant(), reason));
    }

    /** Whether events flow: always without Redis, else only while it is proven to be there. */
    boolean flowing() {
        return redis == null || redis.state() == LinkState.LIVE;
    }

    /** Why they do not, for people. */
    String problem() {
        String problem = redis == null ? null : redis.problem();
        return problem == null ? "not reached yet" : problem;
    }

    Duration lastCanary() {
        return redis == null ? Duration.ZERO : redis.lastCanary();
    }

    ChannelDirectory channels() {
        return channels;
    }

    EnvelopeParser parser() {
        return parser;
    }

    EventLog log() {
        return log;
    }

    Publisher publisher() {
        return publisher;
    }

    TokenStore tokens() {
        return tokens;
    }

    SnapshotReader snapshots() {
        return snapshots;
    }
}
