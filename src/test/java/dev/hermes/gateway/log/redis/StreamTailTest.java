package dev.hermes.gateway.log.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.chain.ChainRedis;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.loop.OwnerLoop;
import dev.hermes.gateway.protocol.RedisNames;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What this gateway appended itself and what others append, in every order in which the tail can hear of them. */
class StreamTailTest {

    private static final EventId NOWHERE = new EventId(false, 0, 0);

    private final ChainRedis others = new ChainRedis();
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final HeldAnswers answers = new HeldAnswers();
    private final Found found = new Found();
    private final Redis client = Redis.createClient(vertx, others.url());
    private final StreamTail tail = onLoop(() -> client.connect().map(connection -> {
        answers.connection = connection;
        return new StreamTail(OwnerLoop.current(vertx), answers, NOWHERE, found);
    }));

    @BeforeEach
    void startBehindOneEntry() {
        EventId first = append();
        run(() -> tail.start(first));
    }

    @AfterEach
    void stop() {
        run(tail::stop);
        vertx.close().await();
        others.close();
    }

    @Test
    void whatOthersAppendComesInTheirOrder() throws Exception {
        EventId one = append();
        EventId two = append();

        assertThat(found.next()).isEqualTo(one);
        assertThat(found.next()).isEqualTo(two);
    }

    @Test
    void whatIsHandedOnWhileAReadAnswersWithItIsNotFoundAgain() throws Exception {
        answers.hold();
        EventId own = append();
        answers.awaitHeld();
        run(() -> {
            tail.skipTo(own);
            tail.mustReach(own);
        });
        answers.letGo();
        EventId other = append();

        assertThat(found.next()).isEqualTo(other);
    }

    @Test
    void whatOthersAppendedBehindItIsFoundInTheSameAnswer() throws Exception {
        EventId one = append();
        assertThat(found.next()).isEqualTo(one);
        answers.hold();
        // The read under way is answered with the first; the two that follow are its answer's rest, or the next one's.
        EventId own = append();
        EventId two = append();
        EventId three = append();
        answers.awaitHeld();
        run(() -> {
            tail.skipTo(own);
            tail.mustReach(three);
        });
        answers.letGo();

        assertThat(found.next()).isEqualTo(two);
        assertThat(found.next()).isEqualTo(three);
    }

    @Test
    void whatOthersAppendWhileItRestsIsFoundThoughNobodyTells() throws Exception {
        for (int round = 0; round < 20; round++) {
            EventId own = append();
            run(() -> {
                tail.skipTo(own);
                tail.mustReach(own);
            });
            EventId other = append();

            assertThat(found.nextAfter(own)).isEqualTo(other);
        }
    }

    @Test
    void whatOthersAppendWhileItRestsIsFoundWhenItIsTold() throws Exception {
        for (int round = 0; round < 20; round++) {
            EventId own = append();
            run(() -> {
                tail.skipTo(own);
                tail.mustReach(own);
            });
            EventId other = append();
            run(() -> tail.mustReach(other));

            assertThat(found.nextAfter(own)).isEqualTo(other);
        }
    }

    @Test
    void anAnswerToAnEarlierStartIsNoneAnyMore() throws Exception {
        answers.hold();
        append();
        EventId later = append();
        answers.awaitHeld();
        run(() -> tail.start(later));
        answers.letGo();
        EventId other = append();

        assertThat(found.next()).isEqualTo(other);
    }

    @Test
    void manyOrLargeEntriesOfOneReadComeInSeveralTurns() throws Exception {
        answers.hold();
        List<EventId> appended = new ArrayList<>(List.of(append()));
        answers.awaitHeld();
        for (int entry = 0; entry < 300; entry++) {
            appended.add(append("1"));
        }
        for (int entry = 0; entry < 10; entry++) {
            appended.add(append("x".repeat(300 << 10)));
        }
        answers.letGo();

        for (EventId id : appended) {
            assertThat(found.next()).isEqualTo(id);
        }
        // The first alone; the small ones, the last of them with two large ones; then two large ones at a time.
        assertThat(found.turns).containsExactly(1, 128, 128, 46, 2, 2, 2, 2);
    }

    @Test
    void aLostConnectionStopsIt() throws Exception {
        others.send(Request.cmd(Command.CLIENT).arg("KILL").arg("TYPE").arg("normal"))
                .await();

        assertThat(found.stopped.future().await(20, TimeUnit.SECONDS)).isNotNull();
        assertThat(onLoop(() -> Future.succeededFuture(tail.running()))).isFalse();
    }

    private EventId append() {
        return append("1");
    }

    private EventId append(String value) {
        Response id = others.send(Request.cmd(Command.XADD)
                        .arg(RedisNames.LOG)
                        .arg("*")
                        .arg("n")
                        .arg(value))
                .await();
        return Objects.requireNonNull(EventId.parse(Objects.requireNonNull(id).toString()));
    }

    private void run(Runnable work) {
        onLoop(() -> {
            work.run();
            return Future.succeededFuture(true);
        });
    }

    private <T> T onLoop(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(
                go -> Future.succeededFuture().compose(now -> work.get()).onComplete(done));
        return done.future().await();
    }

    /** A connection to a real Redis whose answers can be kept back. On the loop, but for what a test asks. */
    private final class HeldAnswers implements RedisCommands {

        private @Nullable RedisConnection connection;
        private Promise<Void> gate = opened();
        private volatile Promise<Void> held = Promise.promise();

        private static Promise<Void> opened() {
            Promise<Void> open = Promise.promise();
            open.complete();
            return open;
        }

        void hold() {
            run(() -> gate = Promise.promise());
        }

        void awaitHeld() throws Exception {
            held.future().await(20, TimeUnit.SECONDS);
        }

        void letGo() {
            run(() -> gate.complete());
        }

        RedisConnection connection() {
            return Objects.requireNonNull(connection);
        }

        @Override
        public boolean available() {
            return true;
        }

        @Override
        public Future<@Nullable Response> send(Request request) {
            return connection().send(request);
        }

        @Override
        public Future<List<@Nullable Response>> sendAll(List<Request> requests) {
            return Future.join(requests.stream().map(this::send).toList()).compose(all -> {
                List<@Nullable Response> found = all.list();
                if (found.get(0) == null) {
                    // A read that waited for as long as it may, and found nothing, says nothing of what follows.
                    return Future.succeededFuture(found);
                }
                if (!gate.future().isComplete()) {
                    held.tryComplete();
                }
                return gate.future().map(found);
            });
        }
    }

    /** What the tail tells. */
    private static final class Found implements StreamTail.Listener {

        private final BlockingQueue<EventId> ids = new LinkedBlockingQueue<>();
        private final Queue<Integer> turns = new ConcurrentLinkedQueue<>();
        private final Promise<Throwable> stopped = Promise.promise();

        EventId next() throws InterruptedException {
            return Objects.requireNonNull(ids.poll(20, TimeUnit.SECONDS), "nothing more was found");
        }

        /** An entry that was found before the tail was told to skip it may come once. */
        EventId nextAfter(EventId own) throws InterruptedException {
            EventId next = next();
            return next.equals(own) ? next() : next;
        }

        @Override
        public void entries(List<Response> entries) {
            turns.add(entries.size());
            entries.forEach(entry -> ids.add(StreamEntries.id(entry)));
        }

        @Override
        public Future<Boolean> completeAfter(EventId gone) {
            return Future.succeededFuture(true);
        }

        @Override
        public void broken() {
            stopped.tryComplete(new IllegalStateException("broken"));
        }

        @Override
        public void stopped(Throwable failure) {
            stopped.tryComplete(failure);
        }
    }
}
