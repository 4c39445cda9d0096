package dev.hermes.gateway;

import dev.hermes.gateway.config.HistorySettings;
import dev.hermes.gateway.event.OwnerLoop;
import dev.hermes.gateway.ingest.Hearing;
import dev.hermes.gateway.ingest.TurnAppends;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.LogOutlet;
import dev.hermes.gateway.log.MemoryLog;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A log of this process. It needs no Redis, and knows a hole in the source by the link having been lost. */
final class MemoryHistory implements History {

    /** How long a loss may go unnoticed: a canary is sent every second, and may be under way for three. */
    private static final Duration UNNOTICED = Duration.ofSeconds(4);

    private final MemoryLog log;
    private final Hearing hearing;
    private final InstantSource clock;

    MemoryHistory(Vertx vertx, HistorySettings bounds, Set<String> recalled, InstantSource clock, LogOutlet outlet) {
        this.clock = clock;
        this.log = new MemoryLog(vertx, bounds, recalled, clock, WholeWay::millis, outlet);
        this.hearing = new TurnAppends(OwnerLoop.current(vertx), log);
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
        // Of gateways that share a log.
    }

    @Override
    public void identity(String identity) {
        // This log is not in Redis.
    }

    @Override
    public Future<Void> up() {
        return Future.succeededFuture();
    }

    @Override
    public void resume(@Nullable Instant downSince) {
        if (downSince != null) {
            // Pub/sub forgets what nobody heard, and this gateway alone keeps this log.
            log.declareHole(downSince.minus(UNNOTICED), clock.instant());
        }
    }

    @Override
    public Map<String, Long> ofProducers() {
        // None can reach it.
        return Map.of();
    }

    @Override
    public boolean needsWrites() {
        return false;
    }

    @Override
    public void hold() {
        // Nothing of it is written there.
    }

    @Override
    public void moved() {
        // Its order is that in which this process hears.
    }

    @Override
    public void down() {
        // What is here stays.
    }

    @Override
    public boolean followed() {
        return true;
    }

    @Override
    public void look() {
        // What is appended is told in the same turn.
    }

    @Override
    public @Nullable String trouble() {
        return null;
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
