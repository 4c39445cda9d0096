package dev.hermes.gateway;

import dev.hermes.gateway.auth.TokenStore;
import dev.hermes.gateway.config.HistorySettings;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.OwnerLoop;
import dev.hermes.gateway.ingest.BusDoor;
import dev.hermes.gateway.ingest.ChannelDirectory;
import dev.hermes.gateway.ingest.IngestSnapshot;
import dev.hermes.gateway.ingest.Publisher;
import dev.hermes.gateway.ingest.RedisIngest;
import dev.hermes.gateway.ingest.RejectedMessages;
import dev.hermes.gateway.ingest.Source;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.LogScripts;
import dev.hermes.gateway.log.RedisLogParts;
import dev.hermes.gateway.log.RedisSnapshots;
import dev.hermes.gateway.log.SnapshotReader;
import dev.hermes.gateway.redis.LinkState;
import dev.hermes.gateway.redis.RedisLink;
import dev.hermes.gateway.redis.RedisLinkListener;
import dev.hermes.gateway.redis.RedisMessage;
import dev.hermes.gateway.redis.Subscriptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way in, up to the event bus: Redis, its messages, the log, and the doors of this JVM. Owned by the event loop it is
 * made on.
 */
final class Intake implements RedisLinkListener {

    /** Connections to read old history with, whatever the number of clients. */
    private static final int LOG_READERS = 4;

    private static final long RETRY_MILLIS = 500;

    private final Vertx vertx;
    private final BackendNews told;
    private final WayToHubs toHubs;
    private final OwnerLoop loop;
    private final InstantSource clock;
    private final ChannelDirectory channels;
    private final EnvelopeParser parser;
    private final History history;
    private final Publisher publisher;
    private final BusDoor busDoor;
    private final TokenStore tokens;
    private final SnapshotReader snapshots;
    private final @Nullable RedisLink redis;
    private final @Nullable RedisIngest ingest;

    /** Grows whenever Redis comes or goes: what was asked before is answered too late. */
    private int turn;

    /** Whether Redis is proven to be there, and since when it had been away then. */
    private boolean linked;

    private @Nullable Long downSinceNanos;

    /** Why the log cannot be written although Redis is there. */
    private @Nullable String refusal;
    /** Why the log is of no use although it can be written. */
    private @Nullable String trouble;

    private long watchTimer = -1;

    Intake(
            Vertx vertx,
            Settings settings,
            HubSignals hubs,
            Supplier<Future<List<EventId>>> positions,
            InstantSource clock) {
        this.vertx = vertx;
        this.clock = clock;
        this.told = new BackendNews(hubs, clock);
        this.toHubs = new WayToHubs(hubs, positions);
        this.loop = OwnerLoop.current(vertx);
        this.channels = new ChannelDirectory(settings.catalogue());
        this.parser = new EnvelopeParser(channels.fields(), settings.history().maxEventBytes());
        this.redis = settings.redis().present()
                ? new RedisLink(vertx, settings.redis(), subscriptions(settings), this)
                : null;
        RejectedMessages rejected = redis == null ? null : new RejectedMessages(redis.commands());
        this.history = redis == null || rejected == null || settings.history().store() == HistorySettings.Store.MEMORY
                ? new MemoryHistory(vertx, settings.history(), channels.recalled(), clock, hubs)
                : redisHistory(settings, hubs, redis, rejected);
        this.publisher = new Publisher(
                loop, history.log(), settings.catalogue().channels().keySet());
        if (redis == null || rejected == null) {
            this.ingest = null;
            this.tokens = TokenStore.memory(clock);
            this.snapshots = SnapshotReader.none();
        } else {
            this.ingest = new RedisIngest(loop, channels, parser, publisher, history.hearing(), rejected, clock);
            this.tokens = TokenStore.redis(redis.commands(), settings.redis().cluster(), clock);
            this.snapshots = new RedisSnapshots(redis.commands());
        }
        this.busDoor = new BusDoor(vertx, channels, parser, publisher, clock);
    }

    private Subscriptions subscriptions(Settings settings) {
        List<String> names = new ArrayList<>(channels.names());
        names.add(TokenStore.REVOKED_CHANNEL);
        if (settings.history().store() == HistorySettings.Store.MEMORY) {
            return new Subscriptions(names, channels.patterns());
        }
        names.add(RedisHistory.SYNC_CHANNEL);
        return new Subscriptions(names, channels.patterns(), LOG_READERS);
    }

    private History redisHistory(Settings settings, HubSignals hubs, RedisLink link, RejectedMessages rejected) {
        LogScripts scripts = new LogScripts(link.scripts(), settings.history());
        RedisLogParts parts = new RedisLogParts(
                scripts, link.tail(), link.readers(), channels::logged, parser, channels.recalled(), clock);
        List<String> heard = new ArrayList<>(channels.names());
        heard.addAll(channels.patterns());
        return new RedisHistory(
                vertx,
                loop,
                parts,
                hubs,
                heard,
                reason -> publisher.rejected(reason),
                (id, channel, reason, detail, payload) -> rejected.keep(channel, reason, detail, payload));
    }

    /** Completes when the first attempt to reach Redis has succeeded, and its marker settled, or failed. */
    Future<Void> start() {
        watchTimer = vertx.setPeriodic(WholeWay.LOOK_MILLIS, tick -> watch());
        return redis == null
                ? Future.succeededFuture()
                : redis.start()
                        .compose(attempted ->
                                redis.state() == LinkState.LIVE ? history.settled() : Future.succeededFuture());
    }

    /** In reverse: the doors, the log, Redis. */
    Future<Void> close() {
        vertx.cancelTimer(watchTimer);
        return busDoor.close()
                .eventually(history::close)
                .eventually(() -> redis == null ? Future.succeededFuture() : redis.close());
    }

    @Override
    public void onMessage(RedisMessage message) {
        if (message.pattern() == null && message.channel().equals(RedisHistory.SYNC_CHANNEL)) {
            history.sync(message.payload().toString());
        } else if (message.pattern() == null && message.channel().equals(TokenStore.REVOKED_CHANNEL)) {
            tokens.heardRevoked(message.payload().toString());
        } else if (ingest != null) {
            ingest.onMessage(message);
        }
    }

    @Override
    public void onIdentity(String identity) {
        history.identity(identity);
    }

    @Override
    public void onUp(@Nullable Instant since) {
        linked = true;
        comeUp();
    }

    /** Judges the log, tells the streams, goes on; again until it succeeds or Redis is of no use any more. */
    private void comeUp() {
        int live = ++turn;
        if (!linked || refusal != null) {
            return;
        }
        history.up()
                .onComplete(
                        judged -> {
                            if (live == turn) {
                                resume();
                            }
                        },
                        failure -> vertx.setTimer(RETRY_MILLIS, again -> {
                            if (live == turn) {
                                comeUp();
                            }
                        }));
    }

    private void resume() {
        told.up();
        Long since = downSinceNanos;
        history.resume(since == null ? null : clock.instant().minusNanos(System.nanoTime() - since));
    }

    @Override
    public void onWritable(boolean writable, String reason) {
        boolean was = refusal == null;
        refusal = writable || !history.needsWrites() ? null : reason;
        if (refusal == null && !was) {
            comeUp();
        } else if (refusal != null && was && linked) {
            // Messages are still heard, and logged once there is room again.
            turn++;
            history.hold();
            told.down(reason);
        }
    }

    @Override
    public void onLogMoved() {
        history.moved();
    }

    @Override
    public void onDown(String reason) {
        turn++;
        linked = false;
        downSinceNanos = System.nanoTime();
        refusal = null;
        history.down();
        told.down(reason);
    }

    /** A link that holds says nothing of a log that is kept by nobody: streams and whoever asks must not be told so. */
    private void watch() {
        boolean usable = redis == null || (linked && refusal == null);
        trouble = usable ? look() : null;
        if (trouble != null) {
            told.down(trouble);
        } else if (usable && history.followed()) {
            told.up();
        }
    }

    private @Nullable String look() {
        history.look();
        toHubs.look();
        return history.trouble() == null ? toHubs.trouble() : history.trouble();
    }

    /** Whether events flow: without Redis, or while it is proven to be there, and as long as no link of the way stands still. */
    boolean flowing() {
        return trouble == null
                && (redis == null || (redis.state() == LinkState.LIVE && refusal == null && history.followed()));
    }

    /** Why they do not, for people. */
    String problem() {
        String refused = refusal == null ? trouble : refusal;
        String problem = redis == null || refused != null ? refused : redis.problem();
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
        return history.log();
    }

    /** What came in so far, by every door. */
    Future<IngestSnapshot> snapshot() {
        return publisher.snapshot().map(ingest -> ingest.with(Source.XADD, history.ofProducers()));
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
