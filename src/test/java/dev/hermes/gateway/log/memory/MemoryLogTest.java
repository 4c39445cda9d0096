package dev.hermes.gateway.log.memory;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.EventLogContract;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MemoryLogTest extends EventLogContract {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

    @Override
    protected Future<EventLog> open(Vertx vertx, Settings.History bounds, EventLog.Outlet outlet) {
        return onALoop(
                vertx,
                () -> new MemoryLog(
                        vertx,
                        bounds,
                        INDEXED,
                        now::get,
                        () -> Duration.between(Instant.EPOCH, now.get()).toMillis(),
                        outlet));
    }

    @Override
    protected LogEntry.GapEntry declareHole(Instant from, Instant to) {
        return await(((MemoryLog) log()).declareHole(from, to));
    }

    @Override
    protected void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    @Override
    protected EventId foreign(EventId own) {
        return new EventId(own.memory(), own.major() - 1, own.minor());
    }

    @Test
    void idsCarryTheEpochAndCountFromOne() {
        start(bounds(10, Duration.ofHours(1), 1 << 20));
        assertThat(append(1).get(0))
                .hasToString("m" + Instant.parse("2026-01-01T00:00:00Z").toEpochMilli() + "-2");
    }

    @Test
    void aPageThatBeginsRightAfterTheLastThingTrimmedIsWhole() {
        start(bounds(5, Duration.ofHours(1), 1 << 20));
        EventId evicted = append(10).get(4);

        assertThat(await(log().open(new Cursor.At(evicted), java.util.List.of()))
                        .gap())
                .isNotNull();
        assertThat(await(log().read(evicted, 10)))
                .isInstanceOfSatisfying(
                        EventLog.ReadResult.Page.class,
                        page -> assertThat(page.entries()).hasSize(5));
    }

    @Test
    void readsNothingFromAPositionThatIsNotThereYet() {
        start(bounds(5, Duration.ofHours(1), 1 << 20));
        EventId tip = append(10).get(9);
        EventId last = new EventId(true, tip.major(), Long.MAX_VALUE);
        assertThat(await(log().read(last, 10))).isEqualTo(new EventLog.ReadResult.Page(java.util.List.of()));
    }
}
