package dev.hermes.gateway.log.redis;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import dev.hermes.gateway.log.LogTest;
import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Redis is lost, or holds another log than before, or the one before again. */
@SuppressWarnings("NullAway") // What opens the log sets its fields.
class ReplacedLogTest extends LogTest {

    @AutoClose
    private static final EmbeddedRedis REDIS = FreePorts.redis();

    private LinkedLog linked;

    @BeforeEach
    void link() {
        linked = new LinkedLog(REDIS, vertx());
    }

    @AfterEach
    void closeLink() {
        linked.close();
    }

    @Override
    protected Future<EventLog> open(Vertx vertx, Settings.History bounds, EventLog.Outlet outlet) {
        return linked.open(bounds, outlet).map(log -> log);
    }

    @Test
    void aFlushedLogIsToldLostOnceAndItsIdsGrowOn() {
        start(WIDE);
        EventId before = append(3).get(2);
        awaitOut(3);
        assertThat(lost).hasSize(1);

        linked.send("FLUSHALL");
        Awaitility.await().until(() -> lost.size() == 2 && linked.followed());
        EventId after = append(1).get(0);
        awaitOut(4);
        assertThat(lost.get(1).isAfter(before)).isTrue();
        assertThat(after.isAfter(lost.get(1))).isTrue();
        assertThat(lost).hasSize(2);
        assertGap(resume(before), Gap.Reason.HISTORY_EVICTED);
    }

    @Test
    void nobodyIsToldOfAnotherLogBeforeWhatIsHeardHasAPlaceInIt() {
        start(WIDE);
        Promise<Void> place = anotherLogThatWaitsForAPlace("FLUSHALL");
        assertThat(lost).hasSize(1);

        complete(place);
        Awaitility.await().until(() -> lost.size() == 2);
    }

    @Test
    void aLogInWhichWhatIsHeardGetsNoPlaceIsTriedAgain() {
        start(WIDE);
        Promise<Void> place = anotherLogThatWaitsForAPlace("FLUSHALL");
        linked.onOwner(() -> {
            place.fail("no place yet");
            return Future.succeededFuture();
        });
        assertThat(linked.followed()).isFalse();
        assertThat(lost).hasSize(1);

        linked.onOwner(() -> linked.log().up());
        assertThat(linked.followed()).isTrue();
        assertThat(lost).hasSize(2);
    }

    @Test
    void aStreamThatIsBackBeforeItsSuccessorWasFollowedIsReadAgain() {
        start(WIDE);
        EventId id = append(3).get(0);
        awaitOut(3);
        linked.numbered = () -> Future.failedFuture("no place yet");
        RedisLog log = linked.log();
        linked.onOwner(() -> {
            log.down();
            return Future.succeededFuture();
        });
        linked.send("RENAME", RedisNames.LOG, "aside");
        assertThatThrownBy(() -> linked.onOwner(log::up)).hasMessageContaining("no place yet");

        linked.numbered = Future::succeededFuture;
        linked.send("RENAME", "aside", RedisNames.LOG);
        linked.onOwner(log::up);
        assertThat(page(id, 10)).hasSize(2);
        assertThat(lost).as("only the beginning").hasSize(1);
    }

    /** It might hold what comes after the place where all begin anew. */
    @Test
    void nothingIsReadWhileAnotherLogIsAboutToBeFollowed() {
        start(WIDE);
        EventId id = append(1).get(0);
        Promise<Void> place = anotherLogThatWaitsForAPlace("RENAME", RedisNames.LOG_STATE, "aside");
        linked.add("channel", "queue", "type", "update", "data", "{}", "timestamp", "t");
        assertThatThrownBy(() -> page(id, 10)).isInstanceOf(EventLog.UnavailableException.class);

        complete(place);
        assertThat(page(id, 10)).isNotEmpty();
    }

    @Test
    void aLogThatIsBackBeforeAnotherWasFollowedGoesOnWhereItWas() {
        start(WIDE);
        List<EventId> ids = new ArrayList<>(append(1));
        Promise<Void> place = anotherLogForAMoment();
        ids.addAll(append(1));
        awaitEvents(ids);

        complete(place);
        ids.addAll(append(1));
        awaitEvents(ids);
        assertThat(lost).as("only the beginning").hasSize(1);
    }

    @Test
    void whatProducersAppendIsCountedOnInALogThatIsBack() {
        start(WIDE);
        append(3);
        anotherLogForAMoment();
        append(1);
        double entries = linked.send("XLEN", RedisNames.LOG).toDouble();
        Awaitility.await().until(() -> queried(log -> log.held().entries()) == entries);

        linked.add("channel", "queue", "type", "update", "data", "{}", "timestamp", "t");
        Awaitility.await().until(() -> queried(log -> log.ofProducers().getOrDefault("queue", 0L)) == 1);
    }

    @Test
    void aThirdLogIsFollowedWithoutWaitingForTheSecond() {
        start(WIDE);
        anotherLogThatWaitsForAPlace("FLUSHALL");
        linked.send("FLUSHALL");

        Awaitility.await().until(() -> linked.followed());
        append(1);
        awaitOut(1);
        assertThat(lost).as("the beginning and the third log").hasSize(2);
    }

    @Test
    void nobodyBeginsInAnOutageThatBeginsWhileHeWaits() {
        start(WIDE);
        linked.settled = () -> {
            linked.log().down();
            return Future.succeededFuture();
        };

        assertThatThrownBy(() -> await(log().open(new Cursor.Fresh(), List.of())))
                .isInstanceOf(EventLog.UnavailableException.class);
    }

    @Test
    void whatWasBegunBeforeALossIsNotFollowedAfterIt() {
        start(WIDE);
        RedisLog log = linked.log();
        Future<Void> begun = linked.onOwner(() -> {
            log.down();
            Future<Void> up = log.up();
            log.down();
            return Future.succeededFuture(up);
        });

        assertThatThrownBy(() -> await(begun)).isInstanceOf(EventLog.UnavailableException.class);
        assertThat(linked.followed()).isFalse();
    }

    /** As {@link #anotherLogThatWaitsForAPlace}; then Redis holds the first one again, which is followed. */
    private Promise<Void> anotherLogForAMoment() {
        Promise<Void> place = anotherLogThatWaitsForAPlace("RENAME", RedisNames.LOG_STATE, "aside");
        linked.send("RENAME", "aside", RedisNames.LOG_STATE);
        Awaitility.await().until(() -> linked.followed());
        return place;
    }

    /** Makes Redis hold another log by that command, and returns what that log needs before it is followed. */
    private Promise<Void> anotherLogThatWaitsForAPlace(String command, String... words) {
        Promise<Void> asked = Promise.promise();
        Promise<Void> place = Promise.promise();
        linked.numbered = () -> {
            linked.numbered = Future::succeededFuture;
            asked.complete();
            return place.future();
        };
        linked.send(command, words);
        await(asked.future());
        return place;
    }

    private void complete(Promise<Void> place) {
        linked.onOwner(() -> {
            place.complete();
            return Future.succeededFuture();
        });
    }

    /** Until these came out, and no others, in that order. */
    private void awaitEvents(List<EventId> ids) {
        Awaitility.await().until(() -> !ids.get(ids.size() - 1).isAfter(await(log().position())));
        assertThat(out)
                .filteredOn(Event.class::isInstance)
                .extracting(LogEntry::id)
                .isEqualTo(ids);
    }

    private <T> T queried(Function<RedisLog, T> found) {
        return linked.onOwner(() -> {
            linked.log().queryProducers();
            return Future.succeededFuture(found.apply(linked.log()));
        });
    }
}
