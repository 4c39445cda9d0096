package dev.hermes.gateway.ingest;

import dev.hermes.gateway.chain.ChainScripts;
import dev.hermes.gateway.chain.ChainTime;
import dev.hermes.gateway.chain.MarkerChain;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.redis.LogScripts;
import dev.hermes.gateway.log.redis.RedisLog;
import dev.hermes.gateway.log.redis.RedisLogParts;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Feeds the log in Redis that all gateways share, through the marker chain. Owned by the loop of the link. */
final class RedisLogFeed implements LogFeed {

    private static final Logger LOG = LoggerFactory.getLogger(RedisLogFeed.class);
    /** How many checks pass between two counts of the producers' own entries. */
    private static final int LOOKS_A_COUNT = 2;

    private static final int LOOKS_A_TRIM = 10;

    /** The tail reads the log's end only once a second when nothing is appended. */
    private static final long IDLE_MILLIS = 1_000;

    private final LogScripts scripts;
    private final RedisLog log;
    private final MarkerChain chain;
    private final ProgressMonitor progress;
    private final PersistentFailure writeFailure = new PersistentFailure(System::nanoTime);
    private final PersistentFailure followFailure = new PersistentFailure(System::nanoTime);
    private final Settlement settlement;
    private String identity = "";
    private int looks;
    private long answers;

    /** Whether the chain has to begin anew, rather than the log only being followed. */
    private boolean chainBegins;

    /** Whether Redis was lost or read-only since the log was last followed. */
    private boolean away = true;

    private @Nullable Checker checker;

    /**
     * @param counted counts each entry that is not an event
     * @param rejections keeps those of these entries that this gateway is the first to find
     */
    RedisLogFeed(
            Vertx vertx,
            OwnerLoop loop,
            RedisLogParts parts,
            EventLog.Outlet outlet,
            List<String> subscriptions,
            Consumer<Parsed.Reason> counted,
            RedisLog.RejectionListener rejections) {
        this.scripts = parts.scripts();
        this.log = new RedisLog(
                loop, parts, outlet, this::usable, this::numbered, (id, channel, reason, detail, payload) -> {
                    counted.accept(reason);
                    first(id).onSuccess(isFirst -> {
                        if (isFirst) {
                            rejections.rejected(id, channel, reason, detail, payload);
                        }
                    });
                });
        this.chain = new MarkerChain(
                UUID.randomUUID().toString(),
                subscriptions,
                new ChainScripts(scripts, this::answered),
                ChainTime.current(vertx, parts.clock()),
                MarkerChain.Limits.DEFAULT,
                log::logged,
                new ChainListener());
        this.settlement = new Settlement(vertx, chain::settled);
        this.progress = new ProgressMonitor(
                new ProgressMonitor.Stage(
                        "what is heard has no place in the log",
                        () -> !chain.settled(),
                        () -> "unsettled",
                        this::beginAgain),
                new ProgressMonitor.Stage(
                        "the log does not answer what is heard", chain::waiting, () -> answers, this::beginAgain),
                new ProgressMonitor.Stage("the log's end cannot be read", () -> true, log::progress, log::down)
                        .idleFor(IDLE_MILLIS));
    }

    private Future<Boolean> first(EventId id) {
        return scripts.firstToReject(identity, id)
                .map(reply -> reply instanceof LogScripts.Reply.Given<Boolean> given && given.value());
    }

    @Override
    public void checkedBy(Checker checker) {
        this.checker = checker;
    }

    @Override
    public void look() {
        progress.look();
        if (progress.trouble() != null) {
            scripts.silent();
        }
        looks++;
        if (looks % LOOKS_A_COUNT == 0) {
            log.queryProducers();
        }
        if (looks % LOOKS_A_TRIM == 0) {
            trim();
        }
    }

    private void beginAgain() {
        chainBegins = true;
        if (checker != null) {
            checker.now();
        }
    }

    private void answered(@Nullable String failure) {
        answers++;
        if (failure == null) {
            writeFailure.clear();
        } else {
            writeFailure.failed(failure);
        }
    }

    private void trim() {
        scripts.trim(identity)
                .onSuccess(reply -> {
                    if (reply instanceof LogScripts.Reply.Given<LogScripts.Trimmed> given
                            && given.value().more()) {
                        trim();
                    }
                })
                .onFailure(failure -> LOG.debug("log not trimmed reason=\"{}\"", failure.getMessage()));
    }

    @Override
    public EventLog log() {
        return log;
    }

    @Override
    public void event(String subscription, Envelope envelope) {
        chain.heard(subscription, envelope);
    }

    @Override
    public void rejected(String subscription, Runnable keep) {
        chain.heardRejected(subscription, keep);
    }

    @Override
    public void sync(String payload) {
        chain.heardSync(payload);
    }

    @Override
    public void identity(String now) {
        identity = now;
        log.identity(now);
        // Also covers a Redis that was flushed or replaced while the link stayed up.
        beginAgain();
    }

    @Override
    public Future<Void> up() {
        return log.up().onComplete(checked -> followedAgain(), failure -> {
            if (followFailure.failed("the log cannot be followed: " + failure.getMessage())) {
                LOG.warn("log cannot be followed reason=\"{}\"", failure.getMessage());
            }
        });
    }

    private void followedAgain() {
        followFailure.clear();
        if (away) {
            // Failures from the time without Redis say nothing about the present.
            away = false;
            writeFailure.clear();
            progress.reset();
        }
    }

    private Future<Void> numbered() {
        resume(null);
        return settlement.await();
    }

    @Override
    public void resume(@Nullable Instant missedSince) {
        if (chainBegins) {
            chainBegins = false;
            chain.up(identity);
        }
    }

    @Override
    public EventLog.Held held() {
        return log.held();
    }

    @Override
    public EventLog.Appends appends() {
        return log.appends();
    }

    @Override
    public MarkerChain.State chain() {
        return chain.state();
    }

    @Override
    public Map<String, Long> ofProducers() {
        return log.ofProducers();
    }

    @Override
    public boolean needsWrites() {
        return true;
    }

    @Override
    public void hold() {
        log.down();
        chain.hold();
        stopped();
    }

    @Override
    public void down() {
        log.down();
        chain.down();
        stopped();
    }

    private void stopped() {
        chainBegins = true;
        away = true;
    }

    @Override
    public void moved() {
        chain.giveUp();
    }

    @Override
    public boolean followed() {
        return log.followed();
    }

    @Override
    public @Nullable String trouble() {
        String failing = log.followed() ? writeFailure.reason() : followFailure.reason();
        return failing == null ? progress.trouble() : failing;
    }

    /** Like {@link #settled}, but fails while the path to the streams makes no progress. */
    private Future<Void> usable() {
        String reason = trouble();
        return reason == null ? settled() : Future.failedFuture(reason);
    }

    @Override
    public Future<Void> settled() {
        // Where it takes longer, others may be about to declare a hole; a stream can be told of that too.
        return settlement.await().otherwiseEmpty();
    }

    @Override
    public Future<Void> close() {
        return chain.close().eventually(log::close);
    }

    /** Reacts to what the chain reports. */
    private final class ChainListener implements MarkerChain.Listener {

        @Override
        public void settled() {
            // However long this took, to begin again would take what is heard its place.
            chainBegins &= !identity.equals(chain.state().identity());
            settlement.settled();
        }

        @Override
        public void logLost() {
            // The link reports another log within a second. If this log comes back instead, the link reports nothing,
            // so check again.
            chainBegins = true;
            if (checker != null) {
                checker.later();
            }
        }
    }
}
