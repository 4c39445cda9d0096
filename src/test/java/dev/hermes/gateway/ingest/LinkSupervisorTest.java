package dev.hermes.gateway.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.EventLog;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the log is checked, and when what is heard goes on into it. */
class LinkSupervisorTest {

    private final Vertx vertx = Vertx.vertx();
    private final Feed feed = new Feed();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void aCheckUnderWayIsNotPutOffByTheWishForALaterOne() {
        LinkSupervisor supervisor = new LinkSupervisor(
                vertx, InstantSource.system(), null, feed, new Nobody(), message -> {}, revoked -> {});
        supervisor.start();
        supervisor.onUp(null);

        Objects.requireNonNull(feed.checker).later();
        feed.checked.complete();

        assertThat(feed.resumed).isEqualTo(1);
        supervisor.close().await();
    }

    /** A log whose check takes as long as the test wants. */
    private static final class Feed implements LogFeed {

        private final Promise<Void> checked = Promise.promise();
        private @Nullable Checker checker;
        private int resumed;

        @Override
        public void checkedBy(Checker asked) {
            checker = asked;
        }

        @Override
        public EventLog log() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void event(String subscription, Envelope envelope) {}

        @Override
        public void rejected(String subscription, Runnable keep) {}

        @Override
        public Future<Void> up() {
            return checked.future();
        }

        @Override
        public void resume(@Nullable Instant missedSince) {
            resumed++;
        }

        @Override
        public EventLog.Held held() {
            return EventLog.Held.UNKNOWN;
        }

        @Override
        public boolean needsWrites() {
            return true;
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
            return Future.succeededFuture();
        }
    }

    /** No streams. */
    private static final class Nobody implements LinkSupervisor.Streams {

        @Override
        public void backendDown(Instant since, String reason) {}

        @Override
        public void backendUp(Instant since) {}

        @Override
        public @Nullable EventId published() {
            return null;
        }

        @Override
        public void publishAgain() {}

        @Override
        public Future<List<EventId>> positions() {
            return Future.succeededFuture(List.of());
        }
    }
}
