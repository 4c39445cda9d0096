package dev.hermes.gateway.ingest;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.memory.MemoryLog;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Feeds a log in this process. It needs no Redis, and takes each loss of the Redis link as a hole in the source. */
final class MemoryLogFeed implements LogFeed {

    private static final Logger LOG = LoggerFactory.getLogger(MemoryLogFeed.class);

    private final MemoryLog log;
    private final OwnerLoop loop;
    private final InstantSource clock;

    /** The events of this turn of the loop, appended together. */
    private List<Envelope> arrived = new ArrayList<>();

    MemoryLogFeed(
            Vertx vertx, Settings.History bounds, Set<String> recalled, InstantSource clock, EventLog.Outlet outlet) {
        this.clock = clock;
        this.log = new MemoryLog(vertx, bounds, recalled, clock, ProgressMonitor::millis, outlet);
        this.loop = OwnerLoop.current(vertx);
    }

    @Override
    public void event(String subscription, Envelope envelope) {
        if (arrived.isEmpty()) {
            loop.later(this::append);
        }
        arrived.add(envelope);
    }

    @Override
    public void rejected(String subscription, Runnable keep) {
        keep.run();
    }

    private void append() {
        List<Envelope> events = arrived;
        arrived = new ArrayList<>();
        log.append(events)
                .onFailure(failure ->
                        LOG.error("events lost count={} failure=\"{}\"", events.size(), failure.getMessage()));
    }

    @Override
    public EventLog.Held held() {
        return log.held();
    }

    @Override
    public EventLog log() {
        return log;
    }

    @Override
    public Future<Void> up() {
        return Future.succeededFuture();
    }

    @Override
    public void resume(@Nullable Instant missedSince) {
        if (missedSince != null) {
            // Pub/sub does not keep missed messages, and no other gateway writes this log.
            log.declareHole(missedSince, clock.instant());
        }
    }

    @Override
    public boolean needsWrites() {
        return false;
    }

    @Override
    public boolean followed() {
        return true;
    }

    @Override
    public Future<Void> settled() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> close() {
        return log.close();
    }
}
