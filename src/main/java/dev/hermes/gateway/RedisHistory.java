package dev.hermes.gateway;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.OwnerLoop;
import dev.hermes.gateway.event.Rejection;
import dev.hermes.gateway.ingest.ChainAppends;
import dev.hermes.gateway.ingest.Hearing;
import dev.hermes.gateway.ingest.MarkerChain;
import dev.hermes.gateway.ingest.MarkerChainLimits;
import dev.hermes.gateway.ingest.MarkerChainListener;
import dev.hermes.gateway.ingest.MarkerChainTime;
import dev.hermes.gateway.log.AppendedRun;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.LogOutlet;
import dev.hermes.gateway.log.LogScriptReply;
import dev.hermes.gateway.log.LogScriptTrim;
import dev.hermes.gateway.log.LogScripts;
import dev.hermes.gateway.log.RedisLog;
import dev.hermes.gateway.log.RedisLogParts;
import dev.hermes.gateway.log.StreamEntries;
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

/** The log in Redis that all gateways share, with the chain by which they append to it. Owned by the loop of the link. */
final class RedisHistory implements History {

    /** Where gateways tell each other of markers. */
    static final String SYNC_CHANNEL = "hermes:gateway:sync";

    private static final Logger LOG = LoggerFactory.getLogger(RedisHistory.class);
    private static final long WATCH_MILLIS = 1_000;
    private static final int WATCHES_A_TRIM = 5;
    private static final long RETRY_MILLIS = 500;

    private final Vertx vertx;
    private final LogScripts scripts;
    private final RedisLog log;
    private final MarkerChain chain;
    private final RefusedCalls calls;
    private final WholeWay way;
    private final LastingFailure refusal = new LastingFailure(System::nanoTime);
    private final LastingFailure unfollowed = new LastingFailure(System::nanoTime);
    private final Hearing hearing;
    private final long watchTimer;
    private final Unsettled unsettled;
    private String identity = "";
    private boolean up;
    private int watches;

    /**
     * @param refused counts each entry that is no event
     * @param refusals keeps those that no other gateway was first to find
     */
    RedisHistory(
            Vertx vertx,
            OwnerLoop loop,
            RedisLogParts parts,
            LogOutlet outlet,
            List<String> subscriptions,
            Consumer<Rejection> refused,
            StreamEntries.Refusals refusals) {
        this.vertx = vertx;
        this.unsettled = new Unsettled(vertx);
        this.scripts = parts.scripts();
        this.log = new RedisLog(loop, parts, outlet, this::usable, (id, channel, reason, detail, payload) -> {
            refused.accept(reason);
            first(id).onSuccess(isFirst -> {
                if (isFirst) {
                    refusals.refused(id, channel, reason, detail, payload);
                }
            });
        });
        this.calls = new RefusedCalls(scripts, refusal);
        this.chain = new MarkerChain(
                UUID.randomUUID().toString(),
                subscriptions,
                calls,
                MarkerChainTime.current(vertx, parts.clock()),
                MarkerChainLimits.DEFAULT,
                new Appending());
        this.hearing = new ChainAppends(chain);
        this.way = new WholeWay(
                new WholeWay.Link(
                        "what is heard has no place in the log",
                        () -> !chain.settled(),
                        () -> "unsettled",
                        () -> begin(identity)),
                new WholeWay.Link(
                        "the log does not answer what is heard", chain::waiting, calls::answers, () -> begin(identity)),
                new WholeWay.Link("the log's end cannot be read", () -> true, log::reads, this::followAgain)
                        .idleFor(WATCH_MILLIS));
        this.watchTimer = vertx.setPeriodic(WATCH_MILLIS, tick -> watch());
    }

    private Future<Boolean> first(EventId id) {
        return scripts.firstToReject(identity, id)
                .map(reply -> reply instanceof LogScriptReply.Given<Boolean> given && given.value());
    }

    /** What broke under a link that did not must not stay so until that breaks; age is looked at now and then. */
    private void watch() {
        if (up && !log.followed()) {
            log.up().onComplete(followed -> unfollowed.over(), failure -> unfollowed.failed(notFollowed(failure)));
        }
        if (up) {
            log.lookForProducers();
        }
        if (up && ++watches % WATCHES_A_TRIM == 0) {
            trim();
        }
    }

    @Override
    public void look() {
        if (up) {
            way.look();
            if (way.trouble() != null) {
                scripts.silent();
            }
        }
    }

    private void beginLater(String now) {
        vertx.setTimer(RETRY_MILLIS, again -> {
            if (up && now.equals(identity)) {
                begin(now);
            }
        });
    }

    private void followAgain() {
        log.down();
        log.up().onFailure(failure -> unfollowed.failed(notFollowed(failure)));
    }

    private static String notFollowed(Throwable failure) {
        return "the log cannot be followed: " + failure.getMessage();
    }

    private void trim() {
        scripts.trim(identity)
                .onSuccess(reply -> {
                    if (reply instanceof LogScriptReply.Given<LogScriptTrim> given
                            && given.value().more()
                            && up) {
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
    public Hearing hearing() {
        return hearing;
    }

    @Override
    public void sync(String payload) {
        chain.heardSync(payload);
    }

    @Override
    public void identity(String now) {
        identity = now;
        log.identity(now);
        if (up) {
            // Redis was flushed or exchanged under a link that never broke.
            begin(now);
        }
    }

    private void begin(String now) {
        log.up()
                .onComplete(
                        judged -> {
                            unfollowed.over();
                            if (up && now.equals(identity)) {
                                chain.up(now);
                            }
                        },
                        failure -> {
                            if (unfollowed.failed(notFollowed(failure))) {
                                LOG.warn("log cannot be followed reason=\"{}\"", failure.getMessage());
                            }
                            beginLater(now);
                        });
    }

    @Override
    public Future<Void> up() {
        up = true;
        return log.up();
    }

    @Override
    public void resume(@Nullable Instant downSince) {
        if (up) {
            refusal.over();
            unfollowed.over();
            way.reset();
            chain.up(identity);
        }
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
        up = false;
        log.down();
        chain.hold();
    }

    @Override
    public void down() {
        up = false;
        log.down();
        chain.down();
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
        if (!up) {
            return null;
        }
        String refused = log.followed() ? refusal.reason() : unfollowed.reason();
        return refused == null ? way.trouble() : refused;
    }

    /** As {@link #settled}; fails where the way to a stream stands still. */
    private Future<Void> usable() {
        String reason = trouble();
        return reason == null ? settled() : Future.failedFuture(reason);
    }

    @Override
    public Future<Void> settled() {
        return chain.settled() ? Future.succeededFuture() : unsettled.await();
    }

    @Override
    public Future<Void> close() {
        vertx.cancelTimer(watchTimer);
        return chain.close().eventually(log::close);
    }

    /** What the chain has to tell. */
    private final class Appending implements MarkerChainListener {

        @Override
        public void logged(AppendedRun run) {
            log.logged(run);
        }

        @Override
        public void settled() {
            unsettled.settled();
        }

        @Override
        public void logLost() {
            // The link tells of another one within a second. This one may come back, and then nobody tells.
            beginLater(identity);
        }
    }
}
